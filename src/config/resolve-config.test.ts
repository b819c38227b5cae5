import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig, type ConfigSources } from "./resolve-config.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "config-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, content: unknown): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(content));
  return file;
}

describe("resolveConfig", () => {
  it("has the original's BART scripts as defaults", async () => {
    const { training, generation, pet, visual, prompts } = await resolveConfig({});
    expect(training).toMatchObject({
      epochs: 20,
      batchSize: 500,
      learningRate: 1e-3,
      warmupRatio: 0.1,
      clip: 5,
      weightDecay: 0.01,
      seed: 9595,
      sampling: "roundrobin",
    });
    expect(generation).toMatchObject({
      beams: 5,
      noRepeatNgram: null,
      earlyStopping: null,
      lengthPenalty: 1,
    });
    expect(pet).toMatchObject({ name: "vl-pet", granularity: "large", rank: 96 });
    expect({ visual, prompts }).toEqual({
      visual: { regions: 36, frames: 64, encoder: null, blank: false },
      prompts: true,
    });
  });

  it("lays presets, file, settings and options over each other in this order", async () => {
    const file = await written("layers.json", { training: { epochs: 3, seed: 3, batchSize: 3 } });
    const { training, pet } = await resolveConfig({
      presets: ["vl-pet-large", "vl-pet-small"],
      file,
      set: ["training.seed=4", "training.batchSize=4", "training.sampling=balanced"],
      options: [{ name: "an option", value: { training: { batchSize: 5 } } }],
    });
    expect(pet).toMatchObject({ granularity: "small", rank: 96 });
    expect(training).toMatchObject({
      epochs: 3,
      seed: 4,
      batchSize: 5,
      sampling: "balanced",
      warmupRatio: 0.1,
    });
  });

  it("replaces the settings of one method by those of another", async () => {
    expect((await resolveConfig({ presets: ["vl-pet-large", "bitfit"] })).pet).toEqual({ name: "bitfit" });
    expect((await resolveConfig({ set: ["pet.rank=8"] })).pet).toMatchObject({ name: "vl-pet", rank: 8 });
    const { backbone } = await resolveConfig({ set: ["backbone.width=64", "backbone.name=t5"] });
    expect(backbone).toEqual({ name: "t5", folder: null, featureWidth: null });
  });

  it("makes paths absolute: below data, which lies below the file's folder", async () => {
    const caption = { features: "photos", train: { annotations: "c.json", split: "train" } };
    const vqa = { features: "/else", train: { list: "l.json", annotations: ["a.json", "b.json"] } };
    const file = await written("paths.json", { data: "sets", tasks: { caption, vqa }, tokenizer: "bart" });
    const { data, tasks, tokenizer, backbone, output } = await resolveConfig({ file, set: ["output=here"] });
    const root = join(folder, "sets");
    expect({ data, tokenizer, folder: backbone.folder }).toEqual({
      data: root,
      tokenizer: `${root}/bart`,
      folder: null,
    });
    expect(tasks.caption).toEqual({
      features: `${root}/photos`,
      train: { annotations: `${root}/c.json`, split: "train" },
    });
    expect(tasks.vqa).toEqual({
      features: "/else",
      train: { list: `${root}/l.json`, annotations: [`${root}/a.json`, `${root}/b.json`] },
    });
    expect(output).toBe(resolve("here"));
  });

  it("leaves out a split that is null", async () => {
    const presets = ["original-data", "original-data-video"];
    const { tasks } = await resolveConfig({ presets, set: ["tasks.tvc.test=null", "tasks.vqa.valid=null"] });
    expect(Object.keys(tasks.tvc ?? {})).toEqual(["features", "train", "valid"]);
    expect(Object.keys(tasks.vqa ?? {})).toEqual(["features", "train", "test"]);
    await expect(resolveConfig({ presets, set: ["tasks.tvc.prompt=null"] })).rejects.toMatchObject({
      parts: { where: expect.stringContaining("tasks.tvc.prompt") as string },
    });
  });

  it("leaves out a task that is null", async () => {
    const presets = ["original-data"];
    const { tasks } = await resolveConfig({ presets, set: ["tasks.gqa=null", "tasks.nlvr=null"] });
    expect(Object.keys(tasks)).toEqual(["vqa", "caption"]);
  });

  it("gives itself back when its own result is read again", async () => {
    const config = await resolveConfig({ presets: ["vl-pet-large", "original-data"], set: ["data=/sets"] });
    const file = await written("again.json", config);
    expect(await resolveConfig({ file })).toEqual(config);
  });

  it("reads values as JSON, and as text where they are none", async () => {
    const { training, tokenizer, data } = await resolveConfig({
      set: ["training.clip=null", "training.learningRate=3e-4", 'tokenizer="2014"', "data=/a=b"],
    });
    expect({ clip: training.clip, rate: training.learningRate, tokenizer, data }).toEqual({
      clip: null,
      rate: 3e-4,
      tokenizer: "/a=b/2014",
      data: "/a=b",
    });
  });
});

/** The sentences of a refusal. */
async function refusal(sources: ConfigSources): Promise<string> {
  const error: unknown = await resolveConfig(sources).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: "VlPetError", kind: "config" });
  return (error as Error).message;
}

describe("the errors of resolveConfig", () => {
  it.each([
    [
      "training.learningrate=1",
      'there is no setting "training.learningrate"',
      'did you mean "training.learningRate"?',
    ],
    ["learningRate=1", 'there is no setting "learningRate"', 'did you mean "training.learningRate"?'],
    ["batchsize=1", 'there is no setting "batchsize"', 'did you mean "training.batchSize"?'],
    ["pet.rang=8", 'there is no setting "pet.rang"', 'did you mean "pet.rank"?'],
    ["tasks.captoin.features=x", 'there is no setting "tasks.captoin"', 'did you mean "tasks.caption"?'],
    ["backbone.hedas=2", 'there is no setting "backbone.hedas"', 'did you mean "backbone.heads"?'],
    ["__proto__.x=1", 'there is no setting "__proto__"', "remove it"],
    ["zzzzzz=1", 'there is no setting "zzzzzz"', "remove it"],
  ])("--set %s", async (option, summary, fix) => {
    const message = await refusal({ set: [option] });
    expect(message).toContain(`--set ${option}: ${summary}`);
    expect(message).toContain("expected: one of ");
    expect(message).toContain(`fix: ${fix}`);
  });

  it.each([
    ["pet.granularity=larg", '"large" or ', '"larg"', 'did you mean "large"?'],
    ["pet.name=bitfot", '"bitfit"', '"bitfot"', 'did you mean "bitfit"?'],
    ["backbone.name=t6", '"bart" or "t5"', '"t6"', 'did you mean "t5"?'],
    ['pet.zeroInit=["gat"]', '"gate"', '"gat"', 'did you mean "gate"?'],
    [
      "training.sampling=roundrobbin",
      '"roundrobin" or "balanced"',
      '"roundrobbin"',
      'did you mean "roundrobin"?',
    ],
    ["training.epochs=1.5", "a whole number", "1.5", "give it such a value"],
    ["training.epochs=0", "at least 1", "0", "give it such a value"],
    ["training.warmupRatio=2", "at most 1", "2", "give it such a value"],
    ["training.learningRate=0", "more than 0", "0", "give it such a value"],
    ["training.learningRate=1e-4x", "a number", '"1e-4x"', "give it such a value"],
    ["training=5", "an object", "5", "give it such a value"],
    ["prompts=yes", "true or false", '"yes"', "give it such a value"],
    ["visual.regions=all", "a number or null", '"all"', "give it such a value"],
    [
      "tokenizer=2014",
      "text or null",
      "2014",
      "put quotes round it to have it read as text: --set 'tokenizer=\"2014\"'",
    ],
  ])("--set %s", async (option, expected, received, fix) => {
    const message = await refusal({ set: [option] });
    const [setting = ""] = option.split("=");
    expect(message).toMatch(
      new RegExp(`the setting "${setting.replaceAll(".", "\\.")}(?:\\.0)?" has a value`),
    );
    expect(message).toMatch(new RegExp(`expected: .*${expected}`));
    expect(message).toContain(`received: ${received}`);
    expect(message).toContain(`fix: ${fix}`);
  });

  it("names what is missing", async () => {
    const message = await refusal({ set: ["tasks.caption.train.annotations=c.json"] });
    expect(message).toContain('the setting "tasks.caption.features" is missing');
    expect(message).toContain("expected: text or a list");
    expect(message).toContain("fix: add it, as --set tasks.caption.features=…");
  });

  it.each(["foo", "=3", "a..b=3", ".a=3"])("--set %s is no setting", async (option) => {
    const message = await refusal({ set: [option] });
    expect(message).toContain(`--set ${option}: a setting needs a key and a value`);
    expect(message).toContain("expected: key.path=value");
  });

  it("names the file in which a key is misspelt, and prefers that to what is missing", async () => {
    const caption = { features: "f", train: { annotation: "c.json" } };
    const file = await written("misspelt.json", { tasks: { caption } });
    const message = await refusal({ file });
    expect(message).toContain(`${file}: there is no setting "tasks.caption.train.annotation"`);
    expect(message).toContain('fix: did you mean "tasks.caption.train.annotations"?');
    const wrong = await written("wrong.json", { training: { epochs: "many" } });
    expect(await refusal({ file: wrong })).toContain(`fix: correct it in ${wrong}`);
  });

  it("suggests a preset", async () => {
    const message = await refusal({ presets: ["vlpet-large"] });
    expect(message).toContain('there is no preset "vlpet-large"');
    expect(message).toContain('fix: did you mean "vl-pet-large"?');
    expect(await refusal({ presets: ["toString"] })).toContain('there is no preset "toString"');
  });

  it("says where a file is no JSON, or no object", async () => {
    const file = join(folder, "broken.json");
    await writeFile(file, "{ training: 3 }");
    await expect(resolveConfig({ file })).rejects.toThrow(`${file}:1:3: the file is not JSON`);
    await writeFile(file, "[]");
    await expect(resolveConfig({ file })).rejects.toThrow(
      `${file}: the file has another form than expected\n  expected: an object`,
    );
  });
});
