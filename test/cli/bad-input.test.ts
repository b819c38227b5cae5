import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFeatures } from "../../src/data/index.ts";
import { toyConfig, writeToyData } from "./toy-run.ts";
import { contents, vlpet } from "./vlpet.ts";

const PICTURES = 4;
const WIDTH = 6;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-bad-"));
  await writeToyData(folder, PICTURES);
  await writeFile(join(folder, "run.json"), JSON.stringify(toyConfig()));
  const set = ["training.epochs=1", "training.validate=never"].flatMap((one) => ["--set", one]);
  const { code, stderr } = await vlpet(
    ["train", "--config", "run.json", ...set, "--output", "good", "-q"],
    folder,
  );
  expect(code, stderr).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

/** Feature files of every picture, the last one cut short. */
async function writeTruncatedFeatures(target: string): Promise<string> {
  await mkdir(target);
  const values = new Float32Array(49 * WIDTH).map((_, i) => Math.sin(i));
  for (let id = 0; id < PICTURES; id++) {
    await writeFeatures(join(target, `p${id}.h5`), `p${id}`, { rows: 49, width: WIDTH, values });
  }
  const last = join(target, `p${PICTURES - 1}.h5`);
  await truncate(last, 700);
  return last;
}

/** A copy of the good run in which one byte of a tensor's data range in the safetensors header is another. */
async function writeLyingRun(target: string): Promise<string> {
  await cp(join(folder, "good"), join(folder, target), { recursive: true });
  const file = join(folder, target, "adapter/adapter_model.safetensors");
  const bytes = await readFile(file);
  const at = bytes.indexOf('"data_offsets":[') + '"data_offsets":['.length;
  bytes[at] = "9".charCodeAt(0);
  await writeFile(file, bytes);
  return file;
}

interface Refusal {
  readonly args: readonly string[];
  /** What the message must say: the file or option, and the remedy. */
  readonly says: readonly string[];
  /** The folder that must stay as it is. */
  readonly keeps: string;
}

async function expectRefusal({ args, says, keeps }: Refusal): Promise<void> {
  const before = contents(join(folder, keeps));
  const { code, stdout, stderr } = await vlpet(args, folder);
  for (const words of says) expect(stderr).toContain(words);
  expect(stderr).toMatch(/^vlpet: /m);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(stdout).toBe("");
  expect(code).toBe(1);
  expect(contents(join(folder, keeps))).toEqual(before);
}

function trainWith(...settings: readonly string[]): readonly string[] {
  return [
    "train",
    "--config",
    "run.json",
    ...settings.flatMap((one) => ["--set", one]),
    "--output",
    "new",
    "-q",
  ];
}

describe("bad data", () => {
  it("a truncated HDF5 file", async () => {
    const file = await writeTruncatedFeatures(join(folder, "features"));
    const onlyLast = {
      images: [{ id: 3, file_name: "p3.png" }],
      annotations: [{ image_id: 3, caption: "a square" }],
    };
    await writeFile(join(folder, "last.json"), JSON.stringify(onlyLast));
    const says = [file, "damaged", "fix: extract the features of this image again"];
    const captions = ["tasks.caption.features=features", "tasks.caption.train.annotations=last.json"];
    await expectRefusal({ args: trainWith(...captions, "training.validate=never"), says, keeps: "new" });
  });

  it("images that are not there, named before anything is done", async () => {
    const more = {
      images: [{ id: 9, file_name: "p9.png" }],
      annotations: [{ image_id: 9, caption: "a square" }],
    };
    await writeFile(join(folder, "missing.json"), JSON.stringify(more));
    const says = ["photos", "tasks.caption.valid", "no p9", "fix: name the right folder"];
    await expectRefusal({
      args: trainWith("tasks.caption.valid.annotations=missing.json"),
      says,
      keeps: "new",
    });
  });

  it("features of another width", async () => {
    const says = [
      "p0.png",
      "expected: 512",
      "received: 78",
      "fix: use the features the model was configured for",
    ];
    await expectRefusal({ args: trainWith("backbone.featureWidth=512"), says, keeps: "new" });
  });

  it("a JSON file that is cut short", async () => {
    await writeFile(join(folder, "cut.json"), '{\n  "images": [\n    {"id": 1,');
    const says = ["cut.json:3:14", "not JSON", "fix: the file may be cut short"];
    await expectRefusal({ args: trainWith("tasks.caption.train.annotations=cut.json"), says, keeps: "new" });
  });

  it("a photo that is none", async () => {
    await writeFile(join(folder, "fake.png"), "no picture");
    const says = ["fake.png", "fix: check the path, or convert the picture"];
    await expectRefusal({ args: ["predict", "--run", "good", "--image", "fake.png"], says, keeps: "good" });
  });

  it.each([
    ["of other examples", [{ image_id: 77, caption: "a" }], ["belong to no example", "77"]],
    [
      "twice of the same",
      [1, 1].map((id) => ({ image_id: id, caption: "a" })),
      ["results.json, entry 1", "every example once"],
    ],
    ["of another form", [{ image_id: 1, answer: "a" }], ["results.json, [0]", "caption"]],
  ])("predictions %s", async (_, content, says) => {
    await writeFile(join(folder, "results.json"), JSON.stringify(content));
    const files = ["--predictions", "results.json", "--references", "captions.json"];
    await expectRefusal({
      args: ["score", "--task", "caption", ...files],
      says: [...says, "fix:"],
      keeps: "good",
    });
  });
});

describe("a bad configuration", () => {
  it("a misspelt key in a file", async () => {
    const config = { ...toyConfig(), training: { epochs: 1, learningrate: 0.1 } };
    await writeFile(join(folder, "misspelt.json"), JSON.stringify(config));
    const says = [
      'misspelt.json: there is no setting "training.learningrate"',
      'did you mean "training.learningRate"?',
    ];
    await expectRefusal({
      args: ["train", "--config", "misspelt.json", "--output", "new"],
      says,
      keeps: "new",
    });
  });

  it("a file that is not JSON", async () => {
    await writeFile(join(folder, "broken.json"), "{ training: 3 }");
    const says = ["broken.json:1:3", "fix:"];
    await expectRefusal({
      args: ["train", "--config", "broken.json", "--output", "new"],
      says,
      keeps: "new",
    });
  });

  it("no tokenizer, or one with other markers", async () => {
    await expectRefusal({
      args: trainWith("tokenizer=null"),
      says: ["no tokenizer", "--set tokenizer="],
      keeps: "new",
    });
    const vocabulary = { "<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3 };
    await mkdir(join(folder, "odd"));
    await writeFile(join(folder, "odd/vocab.json"), JSON.stringify(vocabulary));
    await writeFile(join(folder, "odd/merges.txt"), "");
    const says = ["odd", "expected: padding 1, begin 0", "received: padding 0, begin 1", "fix:"];
    await expectRefusal({ args: trainWith("tokenizer=odd"), says, keeps: "new" });
  });

  it("a folder for the run that is a file", async () => {
    const args = ["train", "--config", "run.json", "--output", "run.json"];
    await expectRefusal({ args, says: ["run.json", "fix: name another folder"], keeps: "good" });
  });
});

describe("bad weights", () => {
  it("a safetensors file whose offsets lie", async () => {
    const file = await writeLyingRun("lying");
    const says = [file, "fix: the file is damaged"];
    await expectRefusal({ args: ["evaluate", "--run", "lying", "-q"], says, keeps: "lying" });
  });

  it("an adapter of another backbone", async () => {
    await cp(join(folder, "good"), join(folder, "other"), { recursive: true });
    const stored = JSON.parse(await readFile(join(folder, "other/config.json"), "utf8")) as Record<
      string,
      object
    >;
    const wider = { ...stored, backbone: { ...stored["backbone"], width: 32 } };
    await writeFile(join(folder, "other/config.json"), JSON.stringify(wider));
    const says = [
      "other/adapter",
      "belongs to another backbone",
      "fix: give the backbone with which it was trained",
    ];
    await expectRefusal({ args: ["evaluate", "--run", "other", "-q"], says, keeps: "other" });
  });

  it("a checkpoint of another backbone, when a run goes on", async () => {
    await cp(join(folder, "other"), join(folder, "going"), { recursive: true });
    const says = ["going/checkpoints", "belongs to another backbone", "fix:"];
    await expectRefusal({ args: ["train", "--output", "going", "--resume", "-q"], says, keeps: "going" });
  });

  it("no run at all", async () => {
    const says = ["nowhere", "there is no run in this folder", "fix: check the path"];
    await expectRefusal({ args: ["evaluate", "--run", "nowhere"], says, keeps: "good" });
  });
});

describe("VLPET_DEBUG=1", () => {
  it("shows the stack of a failure", async () => {
    const { code, stderr } = await vlpet(["evaluate", "--run", "nowhere"], folder, { VLPET_DEBUG: "1" });
    expect(stderr).toMatch(/^ +at /m);
    expect(code).toBe(1);
  });
});
