import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BackboneConfig } from "../src/backbones/index.ts";
import { imageFeatures, requireImages } from "../src/data/index.ts";
import { PATCH_WIDTH, patchFeatures } from "../src/data/patch-features.ts";
import { ADAMW } from "../src/optim/index.ts";
import { TASKS } from "../src/tasks/index.ts";
import { bartTokenizer, PROMPTS } from "../src/text/index.ts";
import { evaluated } from "../src/train/evaluate.ts";
import { modelSession } from "../src/train/session.ts";
import { trainingRun } from "../src/train/training-run.ts";

const FIXTURES = resolve(import.meta.dirname, "../../shared/fixtures");
const PHOTOS = join(FIXTURES, "images");
const COUNT = 8;

interface PhotoRecord {
  readonly id: number;
  readonly file_name: string;
  readonly captions: readonly string[];
}

/** The official COCO form of the first captions that fit into twenty tokens. */
async function writeCaptions(file: string): Promise<void> {
  const records = JSON.parse(await readFile(join(PHOTOS, "annotations.json"), "utf8")) as PhotoRecord[];
  const chosen = records.slice(0, COUNT).map(({ id, file_name, captions }) => ({
    image: { id, file_name },
    annotation: { id, image_id: id, caption: captions.find((text) => text.split(" ").length <= 11) ?? "" },
  }));
  const images = chosen.map(({ image }) => image);
  await writeFile(file, JSON.stringify({ images, annotations: chosen.map(({ annotation }) => annotation) }));
}

describe.skipIf(!existsSync(PHOTOS))(
  "real photos and the real BART tokenizer (skipped without ../shared/fixtures)",
  () => {
    let folder = "";
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "vl-pet-real-"));
    });
    afterAll(async () => {
      await rm(folder, { recursive: true });
    });

    it("a small VL-BART learns eight captions by heart and writes them again", async () => {
      const captions = join(folder, "captions.json");
      await writeCaptions(captions);
      const source = { train: { annotations: captions }, valid: { annotations: captions } };
      const features = await imageFeatures(PHOTOS, patchFeatures, { cacheBytes: 2 ** 24 });
      const train = { split: await TASKS.caption.load(source, "train"), features };
      const valid = { ...train, split: await TASKS.caption.load(source, "valid") };
      await requireImages(
        features,
        train.split.examples.flatMap(({ images }) => images),
      );
      const session = await modelSession({
        model: {
          backbone: v.parse(BackboneConfig, {
            name: "bart",
            width: 64,
            vocabulary: 50465,
            encoderLayers: 2,
            decoderLayers: 2,
            heads: 4,
            ffnWidth: 128,
            maxPositions: 64,
            featureWidth: PATCH_WIDTH,
            dropRate: 0,
          }),
          pet: { name: "full" },
        },
        visual: { regions: 36, frames: 1, padding: "attended" },
        tokenizer: await bartTokenizer(join(FIXTURES, "tokenizers/bart-base")),
        backboneFile: null,
        adapter: null,
        seed: 1,
        scratch: folder,
        prompts: PROMPTS,
      });
      const losses: number[] = [];
      await trainingRun({
        session,
        data: new Map([["caption", train]]),
        settings: {
          seed: 1,
          learningRate: 6e-3,
          warmupRatio: 0.1,
          adamw: ADAMW,
          checkpointEvery: 0,
          epochs: 120,
          batchSize: 10,
          accumulation: 1,
          sampling: "roundrobin",
          clip: 5,
          maxUpdates: null,
        },
        folder,
        resume: false,
        onEvent: (event) => {
          if (event.kind === "update") losses.push(event.loss);
        },
      });
      const { predictions, scores } = await evaluated({
        reader: session.reader,
        generator: session.generator,
        data: valid,
        // Early stopping may end a search one token before the whole caption, with the full stop, is found.
        settings: { beams: 5, noRepeatNgram: 3, earlyStopping: false, lengthPenalty: 1 },
        batchSize: COUNT,
      });
      await session.close();
      const wanted = new Map(valid.split.examples.map(({ id, references }) => [id, references[0]]));
      expect(losses[0]).toBeGreaterThan(8); // ln 50465 = 10.8: it knows nothing at first
      expect(losses.at(-1)).toBeLessThan(0.1);
      expect(Object.fromEntries(predictions)).toEqual(Object.fromEntries(wanted));
      expect(scores.headline.value).toBeGreaterThan(900); // CIDEr × 100 of perfect captions, at most 1000
    });
  },
);
