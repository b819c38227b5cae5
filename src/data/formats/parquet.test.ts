import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VlPetError } from "../../error.ts";
import { RandomStream } from "../../random.ts";
import type { OpenOptions } from "../feature-formats.ts";
import type { ListedSource } from "../feature-source.ts";
import { openFeatures } from "../features.ts";

/** Tables made by pyarrow 26; deflated, base64. */
const TABLES = {
  halfLists: [
    "eNqNk8FrE0EUh9/MTtaNpCUG35iFHLbQDi1sYxKbUiTI2mhtykKj5FgIS7tqIGljso3gKTfPigcRDz3qTQ+CXqQXRTx79GihR/8A",
    "Fd8kNqWNgnMZ3sy+7/cNj61evZVHgYcMaz5aCCmA2TcXfzrRBIMXNgCU18vr9V7QLOTyC/VcvnBJQP/cfqbq5rw0Ap5H5VJfEk00",
    "M/Cn+exNAE6FxbjxDQjv4hUf5TFdvga9SuDBMlyD67ACN2C1vwoVQi5jzUXvFHIqziBGRfwXLc32DBFPFmq9qXL4kLantL2kpAjX",
    "fNpGSZcPAPbG37FQ5ODlAyOgvBROu9RyMi9eGT5BMGZwup3GRZ++HHFTj+jyhHm/AmtEy6LnonOKduEdgEFFbOjuGCJ25I7C3ihC",
    "2uxu3g1bAQrAxAxPW41WcCesN7ZmwNeUIh3dDoNotxN2kaPpl/ShSItmoxshB5wkR54+EzbDVrgdNX/QtUzYru0qyGDCLoKZtI+p",
    "mJCW3OfyPVMPlDWnnw+aAuTNoSQ/Mdu0FVhE0f2Tw/6lkcIg9iiMYJ58xeQXpva4+sjGcHPKWrJX9My01XdDWsqSjw34t5wgA0Kq",
    "vlDPjHG9rYGd+F87Rz5h8i1Tz2Pqs/iLncgM7Bxt95VLnSkPOcw67aBzbzeM5jfb7fmg09m57/TCTrexs+0UFrO5bN52aTZ6PB8Y",
    "QJX+pN87x581",
  ],
  nestedSecondPages: [
    "eNp1kjFr20AUx/93OStSfW7V4HdIYAcPtXAHhyTEmQRRlkLBFNOpQyAYS8YCx3YsNenQQUMIBDJmcJaSsXPHLvXcz9AP05Pc1i2k",
    "xx337u733vs/3vWO3+6RQSF1T0gSiiUIz2sAJNsVT2AxlK1NAVkxUamY/lOsxrNfu/Y+IPWYtyMzDrwROXLN6TM7If8PtFVA1mJx",
    "c3O/WFh+6QNQYtXlEdAISmWJ7AhkV7NvgH1sVQUC17GxBIK6LYKl1WJVZHXHzvTVQ91+8bDMQW0HJNzbDhwjGYyisz4ZOluTOzwO",
    "QVwbpcs4TEfocMe6iJPTYdRPE+JkdH2tpyMcMY6TlHgObEbj6CyapI89k9lcA1DSrbm+h5pO3jTg5umIK6numProma9rumadHv5L",
    "w/Ugdaic5St2pajAQ/XKu2L/wc0Cf7eWXWj5reGfgw7mq69c/WDe97/DHcqtbXdY9C2vR30RSnqm+rSBVmPWn5+/j9L2YDZr9+fz",
    "6WXjIpon8XTS2D/c2d3Zc33dsdVEyICe/jo/Adf/YW4=",
  ],
  nestedDictionary: [
    "eNoLcAwyFGURNRD18BHlEWUQYmCQ7+ZgAAEm5sdJCQkP2JLkFJ6xJtkpPGNPYlhd+PCdBFBOlEFUSNRKB6hRQJRNlE2GAVlbMlBb",
    "QmJKShoTQ+hSJUdOiHoRURv86pOeJTMwbOxwKueCaBATtcOvIe1aYgIDg+LUXRncIB0sogWiFT6iMmieSE5gaGT+xsPDxcfDw+uw",
    "K9GeublBOeACowrjkoYtzBPyGE4yv2R1qDrIyHDM/LOmBcRuJVE3HVEOrHanAe2ed/AAyxKLiJkzQiUYHCt6TQQhulREvXSAgYhb",
    "10mWJRURM2fuzjdgYpB1XJktBNPnQYxtM3//kGCoPv9wCVSbmqgPEdZFzlBV22rEwLCPsVZRGEkjQfsiZyw1MzRgYDj5XOibMCzO",
    "DXSAFDaNCQ0MYgzbL6Q85CTNcal6sqkMDDohf/TAdrBI1pgySLAVJ2ek5iaKsjCIMqkySTBlpjCYMklwpKUmlpQWpRaLMomy+dgA",
    "lZuySLDkZBaXiDKB5NlTc1JzU/NKsEmLcqgiFDCI8UjKSOqoMciIMkmaMrAJSIKsEGUR4xH7xSjWxayWo8ahCUp7DCCdYP8y2Giy",
    "Saox8ABNBWnjgGiLgDsJbA/MfBQO0FgbsRZWsS52tWUsapOYUQ3mAxpsxiMkJ5kGDh2Qq8X+sYnxqHGITeFi0FAoSCwqLE0t0U0u",
    "KNBNLCrKL1coSy0qzszPUzAy0zPQM5TUAQYuKHytGBkYAoB5GQApc8F2",
  ],
  pageIndex: [
    "eNqVlH9oE2cYx5/7aVpjFkqfZ3czhVPaI5Vr13QmNlJERdSWCFJQZgfTWK5bfyTNkuiQ7o8yRKqIgtRgaxAtWmxQYYJVWx39oxv+",
    "qOIclKm1DAYrQ2xURGHTxfdSf6zt/skd3MO97/fzfb73Hu+7cVWdB0Xs4nBnABWEAgD3hU9fa7WHOXjCA0C4Ivv0VH621OtbVuUX",
    "PBVCdsCTB5rTJWzocFXJPeCPGKETAgISug10sltG+a3X/C0AlomTE4TOn/9mIgWXGGibIbIHp0U2ThSODAKwUMMcjnAB3PYh1bZb",
    "PPBrsWi4pGjoX1/m/quWX1OZo3sD7W3d2pR34kEmvbWGW+c/I20o/OXUuvTuix/dXjF+Zbz2+OZFzaeKL4zcXbyHyuKXn909edDv",
    "6/nht8jTOz+RnogMf9XxGFiuJVhtoDYjF/YDSCyXdLq/v98KqEm8BJtSGSYvx5Wz5R9fniMXpOJ7AwOvLaAS18wG1OtzAFHq7Ozu",
    "TqWGhnJARkcfPpyaylhdfLh+NrLw3hxEkpyrlYb9dbX+yWQOUFddfcvZsfr29NUcIKUhGbtd33L15UQOUDI20Z6eaM9kv2k5BmZD",
    "RX/NgWRJs30fVPb0uvf9UXUgB6y45pC5JdHX1DO561gOmHtfb1NPXyqVejR4jmEFWGyw8l8srwbeX3IOzsbN86EHA+ceDab/+VE1",
    "KMlhLQHQnxwGyAmqrhWCOk4JEb+0hp+LuJ14oDEJG0kEuiKzKgP1zsNmsgHtt7GaD/TCqnag3/NYdQDdyMcws6NL81ktAOqzs1oI",
    "1LUA1xIB3V/A3snajOp3XlDkWMPXZiiIIqC9hFfEcDBklkDAxTJ7ecXWaAbjO6JmDHmUA9XWoKiIrU2xOPLW/Dyz1QyZ4fj/TaOD",
    "7fcPktZXbJoU1aUaOrjQrnpBdqrTDdFOCp3kKcXrSU63lRqMBMvCWngRqmmpKqs6KMzgmgPLwTJwTBt8/j5itu+7bjNemH2HQKfz",
    "KWHXE6J+np/Z4BOoLvUp64/zamP2n3aww5BeOHCMAxplyXQbDTvArUWC0W92mPGyhkikLBiNtn2r7TSjsaa2sFbpK68o96gGWzVr",
    "4b7gADayQ/gNhxdOaQ==",
  ],
  doubles: [
    "eNplkT1LA0EQhuf2lvOMEUJwlltzRRBcVC7BCBHBgJdGLFIEW21ismrIp5f41R3YCP4JK0tbWwux9CdYiiCkFSzE2YhaWOwMzOzz",
    "zrxMtbxdQI4z6FcoQRrgiscWANRM2LMRMI2zAfVS6KDjUzHjAvBR/zV9H78xasQWhhVqGzizAfAwnU9eZD21XvZlFN6FuRbO4ef7",
    "9Vawv0Nyc7gU0O9fuSk3ZpTskYkp27YvHz9s5HK3CJ4zqB/qTg05YHKeeXZLn89DxVBF5k3qzp5uNJrdA2ToVEqmyj3ebg6GyAAT",
    "BEzotu7o7hAEl74MFPiYlEVwUnKsha7g4lCcqVC5i8YjGBBoNwYlQhypgJOs4RLf3Nrf1PGknwkklRIvlri11LOlYuuf3KLiSblp",
    "LNITT0xw5YobBgvZfi06OtbDXL3fz9WiqHeaPdHRoNnrZldW88v5ggzIsPGMdJIq3esL7StOKg==",
  ],
  splitStreams: [
    "eNpNUE1Lw0AQnSTDukhPgVmykMNesiikxQqVHgrWS0AoUjxLMZYVi/2ISap464/xh/i/vDgbVFx4M8vse2/37fzqdkhAhkxOyBtB",
    "IgWAkIFBwLX05YFPxjTOSVL8nxId+yoj+FkHc3+4nE4/CfXdCBLRLJ/cpiQE6mVhEj279wxmXjwKE/noynZfu4ZCErOJH2KC61XT",
    "UggkmX/k1m7jti0o1KnOLaTU05kA3TkRj1WhCiuvU34esGrCRKEtIJt5tmR2rMd/N3Xuv66sl2qhFvam08def2oRdeEjMdRHoNBK",
    "bnBiqrJ+2bu2v6yqflnXuzfz6upmtdua84vB2WCoc47lk30x5vyp3zKwOHI=",
  ],
  splitHalves: [
    "eNo9kMFKw0AQhifbZV2k5BCYJQs55GCWCGmxQsVDLkUoKKWUnj0Yy4rFtI1JavE9PHj0YXwgH8CDs4F6GYaZ/5t/ZhaT5QgBYzzL",
    "kFMiUEQA8OMxitzzKBYuPFIvxTRDicFR9OA0vVMBX7JHGeSTm2/k+n4MoWhWz3ZTIAfsJyzsvdj3BGYOGrNQPtmi3de2QYZilrsi",
    "D3m5blpkgD7twcITW9qN3bblL7UV15HODETY14kA3c1DX3E1VXdG3ka0HBCbk1BoA5wYp/ZJHejrf7/O4ziZeKnmam6WHR84/txw",
    "rqdES+f64SlupPr0II2ron7d23awqqpBUde7Q/xm62a928aXV8OL4UhndJy7z71sQU/9AzmROTw=",
  ],
  required: [
    "eNplkUtKA0EQhmt6mrYJIQS1mmnIYhDSJDCJJhBxMQsjrmQW0XU2Q2wxkJczEx873XmC3MQruPQUHkPB6vhC3PSj6v+q6qcG/bMO",
    "ctxGk9AFmwCNp933sHQK4AHArTvuEFBgEJGgSg9Rgy+Vr0nls3V8J0H5y8s+aWI4hCM4JjrEbkTpv3T1AYDRxy+5U3rMfwXketiD",
    "QOSjSztNkQOW6xCw8XkdEgdSTl7YtFhmNkeGIoldkAd8Ms4LZIAV5yLYsBM7tbNi8kZpxXVNRwZqWNY9EFXt6mFZcTVU9545MbLp",
    "rIHDgWZkEBMitCDWUZVP6uCn8brZdwsqJFWmVp559syj969U03CuDUg3yIunuJFqxaARLtLsammL1mixaKVZNr8Jr22Wj+ezsLvf",
    "3mt3dER+neUtWsGAtvQBF1BFvQ==",
  ],
  nulls: [
    "eNplkb9KA0EQxufmjnWRI0bJLLeQIoRkSeASEiFikUJFbLwiWNucyYqB/DnvLmplaekD+TzWPoGIs0psbL5iZn7fN7M7Ob0aUkAd",
    "ihOSBAcAtcQDgNTJjZOpkxkB1SiKeaZKgkSda7stZJUe+u/AFiFVE245C1GDMZzBOUNNMrFrbaH9Ewf5Td/p5R76LWb19QgiUUzv",
    "7DKlAChsY4TzWRsSh4wwkrc2LTe5LQhJJGNXDKJgMS9KQqAKp2O0Yxd2aVfl4pPbSuq6jg3UKdQjEFXt/AiVVM/qxTMTI7sxU+Bw",
    "4O0QxowIbUAy7bjKL3f8F/0Ttw1hq1Bl6sm8eebV++fVNTLQF4go3C4fnpJGqi8POo0sze83tuxNs6yX5vn6sfFg82K+XjUOj/qD",
    "/lDHfLK7WvGzT/hzvgHAgD6w",
  ],
  ragged: [
    "eNptkc9OAjEQxqfdWnFDCBKm2SYcNgYaSRYiJnDaA+p1D8ST1xVLIOHPursgBx/Hh/IRfAgPTjVKjPYwTefrb+brdHJ1O0CBTQwS",
    "2qAB4LcZAKQu3CNgA1VESh0lyhblTkJOUTDmcUpXsZ6Q4jjZhBjGcE3MGZoI/QNzOvYoem3uUP+Ie22GQj8PIZDFdG5XKQrAaocH",
    "fPHQgcQhQx5UZjYtt7ktkKNMYpcUgVguihK504/t0q7suvxPxhqZO1xZvpOshG7pyEALq3oIsq5dO+RKqLnKTGwqXfdQcDSQdw4x",
    "EVIbEAQ7rPaF3f0Y++z23ePXgcr6KlN788LM/k/d7khwoWfglu+cvTIlTEW9MTgPszR/3NqyN82yXprnm6dwZ/NisVmHl6P+RX+g",
    "I5qPG9ENfdGEvu8DADlHAg==",
  ],
  unclear: [
    "eNqNk0FOwkAUhl+HoVbSICG+CU2IISZMJEEiJBgWJMSNKxbEA2gKFiEpBQvKlgN4ABcewgO48AAuXHgAlx6BhQtfW4oimNo008zL",
    "//3zvzdp6+SsjBwTmGwiQ0gDxFMKAJgImEZRpGIKVVSzVNvOMVqZojDYhLQjEY5aiDAOddLv4f6Kfqfm68FfYwGloR5SXAeYNf7J",
    "pXA35DRPQ8+8EZlxAwUQRRlPVcio407PGpioA+p5llHMPDQ9ZbBrL3ZVluG21Z2Ql9qsewVOhf6YCoBJCsAyW5ZtDSxnYn8G+rjb",
    "v+ptBrT8txww4R3kUB768mnPcvLp5l06G7QhmJE1bAlZ1I0qqCmDEiITTJyLrqxIrVCkw8EzBeqSQZ0A1ZD+SFeo9pK6V6QThSUD",
    "rOY37ecO8/o2l8KWc0W+KWs+BcnAOPVvNXDSFk7BONatemIkP5h8ZtFWibAXZxniPSYfY+vkz1b4gvJHuwRfuHzgf4PilQsmNTGL",
    "w0FuZLrXN9bksDMaHZquO5zmbi133B86ucpx6ahUNmy6q18vXJBNi37TL5lTcMA=",
  ],
  twice: [
    "eNplkc9Kw0AQxme3a4wSYijOkoUgQehiIS22EOkhB714yqF4FiHULQ30T0zS+iY+ko/g03hwNqIgXmZhht833zc7v3uYoMBT9HPk",
    "CH2Ao4ABQIGAfZQJzQJ00ImodxJzqoIxAdR20cvpsYjwIINbIi7w8g9xNusI6GqP9TgK9ZhC6DSLldkUSELegIe8fB5AboGUh+7S",
    "FO2+Ng35cfLMNkUo1mXTIgf0SZ6Hx2ZtNmbbrj9pLIWKVKIhQk+l4ATK6iGXQj7JpZ5qd2g9gaWBrHHIiHCUJl8AFvO/sdnv5m7b",
    "z45OaSUr/cb09p/UUAtQ911IcvLOpNCu/GBwFVdF/bI37WhRVaOirnev8cHUTbnbxtOb8fV4ohIKbDOf073n9A1fhfU5wQ==",
  ],
  noId: [
    "eNplkcFKw0AQhmc3a4wSYinOkoUgQehiIS22EOkhB714yqF4FiHULS20aUzS+iY+ko/g03hwNqIgXmZhhu///5md3z1MUOApBjly",
    "hD7AUY8BQIGAfZQJzXroohtR7yTmVB3GOFDbQz+nxyLChwxuibjAyz/E2cwSArrqMIejUI8phG6zWJltgQLQH/CQr58HkFsg5aG3",
    "NEW7r01Dedw8s00Ris26aZF8A5Ln4bHZmK0p280njaVQkUo0ROirFNyesnrIpZBPcqmn2hvaTGBpoGgcMsmVqzS3qSwWfGOzX+fO",
    "7cejU1rJSr8xXf6TGmoB6r5bkpK8Mym0Jz8YXMVVUb/sTTtaVNWoqOvda3wwdbPelfH0Znw9nqiEFrY7n9O95/QNX4DIObw=",
  ],
  structs: [
    "eNqNks1Kw0AQgGeHGKMEDYVZshAkCF0stMUWKh4C6s1DD8WDRyHULS30JyaptuDBk4/gY/gYPobP4iS1BVGwsMzA7H7fzC7bu7pp",
    "kUX7dNAlJKgA7HgCAGICqpCsc9Ejm+yAa3shckQhEBhxyF0jlgvwcsHEER3/IA7PSwLKaP3JweV2nHrugG9n/aGZxGQBuVX0cXRf",
    "hW4BdNB3BibO56nJWGR3o6Jo+dZ4lOWExf6uGZuJmeYF7DAsFt95CRJVoCINAbmqA7anCjOhRHknB7qtnVqdBwf2cPA4RUzYSpfz",
    "FZizwq43M5R91x3FonQNZaLfhJ7+ktU0grqF8sZb+ZYb3yvqT/GPUL7zae3ID4STMInTh7nJG/0kacRpOnsKH02ajWbTsH3WPG22",
    "VMTPuVow54/Q4//xBcNKTJM=",
  ],
} as const;

/** Where the first page of the features of `pageIndex` begins. */
const FIRST_PAGE = 267;

function pageIndexRow(i: number): number[][] {
  return [0, 1, 2, 3].map((j) => [0, 1, 2, 3].map(() => i * 10 + j));
}

let folder = "";
const open: ListedSource[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parquet-"));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((source) => source.close()));
  await rm(folder, { recursive: true });
});

function bytesOf(name: keyof typeof TABLES): Buffer {
  return inflateSync(Buffer.from(TABLES[name].join(""), "base64"));
}

async function written(name: keyof typeof TABLES, file = `${name}.parquet`): Promise<string> {
  const path = join(folder, file);
  await writeFile(path, bytesOf(name));
  return path;
}

async function opened(path: string, options?: OpenOptions): Promise<ListedSource> {
  const source = await openFeatures(path, options);
  open.push(source);
  return source;
}

async function failure(promise: Promise<unknown>): Promise<VlPetError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VlPetError);
  return error as VlPetError;
}

async function valuesOf(source: ListedSource, id: string): Promise<readonly number[][]> {
  const { rows, width, values } = await source.read(id);
  return Array.from({ length: rows }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
}

describe("Parquet tables made by pyarrow", () => {
  it("hold float16 in flat lists, with dictionary and zstd, in row groups", async () => {
    const source = await opened(await written("halfLists"), { width: 4 });
    expect(source.ids).toHaveLength(6);
    for (const i of [5, 0, 3, 4, 1, 2, 5]) {
      const expected = [0, 4].map((first) => [0, 1, 2, 3].map((j) => i + first + j));
      expect(await valuesOf(source, `COCO_val2014_00000000000${i}`)).toEqual(expected);
    }
    const { words } = await source.readStored("COCO_train2014_000000000001");
    expect([...words]).toEqual([0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600, 0x4700, 0x4800]);
    expect(await source.missing(["000000000002", "000000000006"])).toEqual(["000000000006"]);
  });

  it.each(["nestedSecondPages", "nestedDictionary"] as const)(
    "hold float32 in lists of lists of any number, by integer ids (%s)",
    async (name) => {
      const source = await opened(await written(name));
      expect(source.ids).toEqual(["10", "11", "12", "13", "14", "15"]);
      for (const i of [5, 4, 3, 2, 1, 0, 3, 5]) {
        const expected = [
          [i, 1.5],
          [2.5, i === 0 ? 0 : -i],
          [9, i],
        ].slice(0, i % 2 === 1 ? 3 : 2);
        expect(await valuesOf(source, String(10 + i))).toEqual(expected);
      }
      expect(await valuesOf(source, "COCO_val2014_000000000011")).toHaveLength(3);
    },
  );

  it("hold doubles, which become float32, in fixed-size lists", async () => {
    const source = await opened(await written("doubles"), { width: 4 });
    expect(await valuesOf(source, "b")).toEqual([[5, 6, 7, 8]]);
    expect((await source.readStored("a")).words).toBeInstanceOf(Float32Array);
  });

  it.each(["splitStreams", "splitHalves"] as const)("hold bytes in split streams (%s)", async (name) => {
    const source = await opened(await written(name), { width: 1 });
    expect(await valuesOf(source, "b")).toEqual([[3.5], [-4]]);
  });

  it("hold columns in which nothing may be missing", async () => {
    const source = await opened(await written("required"), { width: 2 });
    expect(await valuesOf(source, "y")).toEqual([[3, 4]]);
  });

  it("are read from the page of a row where an index tells it", async () => {
    const bytes = bytesOf("pageIndex");
    const whole = join(folder, "whole.parquet");
    await writeFile(whole, bytes);
    const source = await opened(whole);
    for (const i of [7, 11, 0, 3]) expect(await valuesOf(source, `n${i}`)).toEqual(pageIndexRow(i));
    const spoiled = join(folder, "spoiled.parquet");
    await writeFile(spoiled, bytes.fill(0, FIRST_PAGE, FIRST_PAGE + 30));
    const rest = await opened(spoiled);
    expect(await valuesOf(rest, "n11")).toEqual(pageIndexRow(11));
    expect(await failure(rest.read("n0"))).toMatchObject({ kind: "data", parts: { where: spoiled } });
  });
});

describe("a folder of Parquet shards", () => {
  it("is one source", async () => {
    await written("required", "0001.parquet");
    await written("splitHalves", "0002.parquet");
    const source = await opened(folder, { width: 2 });
    expect(source.ids).toEqual(["x", "y", "a", "b"]);
    expect(await Promise.all(source.ids.map((id) => valuesOf(source, id)))).toEqual([
      [[1, 2]],
      [[3, 4]],
      [[1, 2.5]],
      [[3.5, -4]],
    ]);
  });

  it("must not have an image twice", async () => {
    await written("required", "0001.parquet");
    const second = await written("required", "0002.parquet");
    const error = await failure(openFeatures(folder, { width: 2 }));
    expect(error.message).toContain("image x is there twice");
    expect(error.parts.where).toBe(`${second}, row 0`);
  });
});

describe("Parquet tables that cannot be used", () => {
  it("say where numbers are missing", async () => {
    const file = await written("nulls");
    const source = await opened(file, { width: 2 });
    expect(await valuesOf(source, "d")).toEqual([[3, 4]]);
    const none = await failure(source.read("a"));
    expect(none.parts).toMatchObject({ where: `${file}, row 0, channel 1`, received: "NaN" });
    for (const id of ["b", "c"]) {
      const error = await failure(source.read(id));
      expect(error.message).toContain(`image ${id}`);
      expect(error.parts).toMatchObject({ expected: "a multiple of 2 numbers", received: "1" });
    }
  });

  it("say which lists differ in length", async () => {
    const source = await opened(await written("ragged"));
    expect(await valuesOf(source, "b")).toEqual([[1, 2]]);
    expect((await failure(source.read("a"))).message).toContain("image a are not rectangular");
  });

  it("need to know how wide flat lists are", async () => {
    const source = await opened(await written("required"));
    const error = await failure(source.read("x"));
    expect(error.kind).toBe("config");
    expect(error.parts.received).toBe("a list of 2 numbers");
    expect(error.parts.fix).toContain("--width");
  });

  it("list their columns when it is unclear which to take, and take those that are named", async () => {
    const file = await written("unclear");
    const columns =
      "a (string), b (string), left (list of float16), right (list of float), n (double), when (timestamp)";
    const ids = await failure(openFeatures(file));
    expect(ids.parts).toMatchObject({ where: file, received: columns });
    expect(ids.message).toContain("which column holds the ids");
    const lists = await failure(openFeatures(file, { columns: { id: "b" } }));
    expect(lists.message).toContain("which column holds the features");
    const wrong = await failure(openFeatures(file, { columns: { id: "when" } }));
    expect(wrong.parts.expected).toBe("when, of strings or integers");
    const source = await opened(file, { width: 1, columns: { id: "b", features: "right" } });
    expect(await valuesOf(source, "b")).toEqual([[1]]);
    const structs = await failure(openFeatures(await written("structs")));
    expect(structs.parts.received).toBe("id (string), features (struct)");
  });

  it("name rows with an id that is there twice or not at all", async () => {
    const twice = await failure(openFeatures(await written("twice")));
    expect(twice.message).toContain("image a is there twice");
    const none = await failure(openFeatures(await written("noId")));
    expect(none.parts.where).toContain("column id, row 1");
  });

  it("are an error wherever they are cut short", async () => {
    const whole = bytesOf("halfLists");
    const file = join(folder, "cut.parquet");
    for (let length = 0; length < whole.length; length += 13) {
      await writeFile(file, whole.subarray(0, length));
      const error = await failure(openFeatures(file));
      expect(error).toMatchObject({ kind: "data", parts: { where: file } });
    }
    await writeFile(file, await readFile(new URL(import.meta.url)));
    expect((await failure(openFeatures(file))).parts.where).toBe(file);
  });

  it("give features or a clear error, never a crash, when bytes are flipped", async () => {
    const random = new RandomStream(7, "flips");
    const file = join(folder, "flipped.parquet");
    let failures = 0;
    for (const name of ["halfLists", "nestedSecondPages", "nestedDictionary", "pageIndex"] as const) {
      for (let round = 0; round < 60; round++) {
        const bytes = bytesOf(name);
        for (let i = 0; i < 3; i++) bytes[random.integer(bytes.length)] = random.integer(256);
        await writeFile(file, bytes);
        failures += await failuresIn(file);
      }
    }
    expect(failures).toBeGreaterThan(60);
  });
});

/** Opens and reads everything; whatever fails must say so properly. */
async function failuresIn(file: string): Promise<number> {
  const source = await openFeatures(file, { width: 2 }).catch((error: unknown) => error);
  if (source instanceof Error) {
    expect(source).toMatchObject({ name: "VlPetError", kind: "data" });
    return 1;
  }
  const table = source as ListedSource;
  const outcomes = await Promise.all(table.ids.map((id) => table.read(id).catch((error: unknown) => error)));
  await table.close();
  const errors = outcomes.filter((outcome) => outcome instanceof Error);
  for (const error of errors) expect(error).toMatchObject({ name: "VlPetError", kind: "data" });
  return errors.length;
}
