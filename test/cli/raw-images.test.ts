import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFeatures } from "../../src/data/index.ts";
import { pixelFeatures } from "../../src/data/images/pixel-features.ts";
import { openSafetensors, writeSafetensors, type TensorData } from "../../src/files/safetensors.ts";
import { initialValues } from "../../src/nn/index.ts";
import { visionParameters, visionSession } from "../../src/train/vision-session.ts";
import { VisionConfig } from "../../src/vision/index.ts";
import { toyConfig, writeToyData } from "./toy-run.ts";
import { logLines, vlpet } from "./vlpet.ts";

const PICTURES = 4;
const SIDE = 64;
/** A ResNet of four blocks: 64 pixels a side become 2×2 cells of 64 channels. */
const NETWORK = v.parse(VisionConfig, {
  name: "clip-resnet",
  width: 2,
  blocks: [1, 1, 1, 1],
  pooledWidth: null,
});

let folder = "";
let clip = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-raw-"));
  clip = join(folder, "clip.safetensors");
  await writeToyData(folder, PICTURES);
  await writeFile(join(folder, "run.json"), JSON.stringify(toyConfig()));
  await writeSafetensors(
    clip,
    visionParameters(NETWORK, "grid").map((parameter): [string, TensorData] => [
      parameter.path,
      { dtype: "F32", shape: parameter.shape, data: Float32Array.from(initialValues(parameter, 3)) },
    ]),
  );
  await extract(join(folder, "features"));
});
afterAll(() => rm(folder, { recursive: true }));

/** What the encoder makes of the photos, as files. */
async function extract(features: string): Promise<void> {
  await mkdir(features);
  const session = await visionSession({ file: clip, output: "grid", imageSize: SIDE });
  for (let i = 0; i < PICTURES; i++) {
    const { values } = await pixelFeatures(SIDE, "stretch")(join(folder, "photos", `p${i}.png`));
    await writeFeatures(join(features, `p${i}.h5`), `p${i}`, {
      ...session.shape,
      values: await session.encode(values),
    });
  }
  await session.close();
}

const ENCODER = [
  "visual.regions=4",
  "visual.encoder.weights=clip.safetensors",
  `visual.encoder.imageSize=${SIDE}`,
];

const SHORT = ["--set", "training.epochs=2", "--set", "training.validate=never"];

async function trained(output: string, ...set: readonly string[]): Promise<readonly number[]> {
  const args = ["train", "--config", "run.json", "--output", output];
  const { code, stderr } = await vlpet(
    [...args, ...SHORT, ...set.flatMap((one) => ["--set", one]), "-q"],
    folder,
  );
  expect(code, stderr).toBe(0);
  const lines = logLines(join(folder, output)).map((line) => JSON.parse(line) as { loss?: number });
  return lines.flatMap(({ loss }) => loss ?? []);
}

async function adapterNames(output: string): Promise<readonly string[]> {
  const file = await openSafetensors(join(folder, output, "adapter/adapter_model.safetensors"));
  await file.close();
  return [...file.tensors.keys()];
}

describe("an image encoder inside the model", () => {
  it("does, frozen, what the features extracted with it do", async () => {
    const inside = await trained("frozen", ...ENCODER);
    const features = ["vqa", "caption"].map((task) => `tasks.${task}.features=features`);
    const outside = await trained("extracted", "visual.regions=4", ...features);
    expect(inside.length).toBeGreaterThan(10);
    inside.forEach((loss, i) => expect(loss).toBeCloseTo(outside[i] ?? NaN, 3));
    expect(await adapterNames("frozen")).toEqual(await adapterNames("extracted"));
  });

  it("is trained along when asked, with the statistics of its norms as they were", async () => {
    const losses = await trained("trained", ...ENCODER, "visual.encoder.train=all");
    const frozen = await trained("frozen-again", ...ENCODER);
    expect(losses[0]).toBe(frozen[0]);
    expect(losses.at(-1)).not.toBe(frozen.at(-1));
    const own = (await adapterNames("trained")).filter((name) => name.startsWith("visual."));
    const all = visionParameters(NETWORK, "grid").filter(({ traits }) => traits.role !== "buffer");
    expect(own.toSorted()).toEqual(all.map(({ path }) => path).toSorted());
    const before = await openSafetensors(clip);
    const after = await openSafetensors(join(folder, "trained/adapter/adapter_model.safetensors"));
    const moved = await Promise.all(
      own.map(async (name) => {
        const [a, b] = [await before.read(name), await after.read(name)];
        return Buffer.compare(Buffer.from(a.data.buffer), Buffer.from(b.data.buffer)) !== 0;
      }),
    );
    await before.close();
    await after.close();
    expect(moved).not.toContain(false);
  });

  it("evaluates and predicts from photos", async () => {
    const evaluation = await vlpet(["evaluate", "--run", "trained", "--json", "-q"], folder);
    expect(evaluation.code, evaluation.stderr).toBe(0);
    const { code, stdout, stderr } = await vlpet(
      ["predict", "--run", "trained", "--image", "photos/p1.png"],
      folder,
    );
    expect(code, stderr).toBe(0);
    expect(stdout.trim()).not.toBe("");
  });

  it("says what is wrong with its weights", async () => {
    const args = ["train", "--config", "run.json", "--output", "refused"];
    const wrong = ["--set", "visual.encoder.weights=frozen/adapter/adapter_model.safetensors"];
    const { code, stderr } = await vlpet([...args, ...wrong], folder);
    expect(code).toBe(1);
    expect(stderr).toContain("no image encoder");
  });
});
