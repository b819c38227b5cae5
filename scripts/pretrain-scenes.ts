/**
 * Makes `models/scenes`: a small BART that has only ever read text. It is trained by this project's own full
 * fine-tuning to do each task with a scene or a clip that is written in words, and never sees a picture.
 *
 *     npx tsx scripts/pretrain-scenes.ts [share of the updates] [folder]
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { BackboneConfig } from "../src/backbones/index.ts";
import type { FeatureSource } from "../src/data/index.ts";
import {
  PRETRAINING_TASKS,
  pretrainingExamples,
  type PretrainingTask,
} from "../src/data/scenes/pretraining-examples.ts";
import { writeSafetensors, type TensorData } from "../src/files/safetensors.ts";
import { initialValues } from "../src/nn/index.ts";
import { ADAMW } from "../src/optim/index.ts";
import type { Example, TaskSplit } from "../src/tasks/index.ts";
import { bartTokenizer } from "../src/text/index.ts";
import { writeJson } from "../src/train/adapter-folder.ts";
import { predictions } from "../src/train/evaluate.ts";
import { model, modelParameters, type ModelConfig } from "../src/train/model.ts";
import { modelSession, type ModelSession } from "../src/train/session.ts";
import type { TaskData } from "../src/train/task-data.ts";
import { trainingRun } from "../src/train/training-run.ts";

const FOLDER = join(import.meta.dirname, "../models/scenes");
const SEED = 1;
const BATCH = 32;
const START_SCALE = 3;
const SIZES = {
  width: 128,
  encoderLayers: 3,
  decoderLayers: 3,
  heads: 4,
  ffnWidth: 512,
  maxPositions: 160,
  dropRate: 0.1,
};

/** Examples without pictures need no features. */
const NO_FEATURES: FeatureSource = {
  describe: "no features",
  read: () => Promise.reject(new Error("internal: a text has no pictures")),
  missing: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};

/** Updates on each task. */
const UPDATES: Readonly<Record<PretrainingTask, number>> = {
  caption: 700,
  vqa: 1000,
  gqa: 1000,
  nlvr: 800,
  tvqa: 900,
  how2qa: 800,
  tvc: 400,
  yc2c: 400,
};

/** Pairs of texts as a split. */
function textData(task: PretrainingTask, seed: number, count: number): TaskData {
  const pairs = pretrainingExamples(task, seed, count);
  const examples: Example[] = pairs.map(({ source, target }, i) => ({
    id: `${i}`,
    images: [],
    prompt: source,
    references: [target],
  }));
  const split: TaskSplit = {
    task,
    split: "train",
    form: {
      loss: "example-mean",
      limits: { source: SIZES.maxPositions, target: 24 },
      visual: "images",
      batchShare: 1,
      answer: { kind: "text", beams: 1, maxLength: 24 },
    },
    examples,
    target: (index) => ({ text: pairs[index]?.target ?? "", weight: 1 }),
    hasTarget: (index) => index < pairs.length,
    isScorable: false,
    score: () => {
      throw new Error("internal: these texts are compared word for word");
    },
    resultFile: () => "",
  };
  return { split, features: NO_FEATURES };
}

/** Share of held-out targets that come out word for word. */
async function exactShare(session: ModelSession, data: TaskData): Promise<number> {
  const settings = { beams: 1, noRepeatNgram: 0, earlyStopping: true, lengthPenalty: 1 };
  const { reader, generator } = session;
  const texts = await predictions({ reader, generator, data, settings, batchSize: BATCH });
  const { examples } = data.split;
  for (const { id, prompt, references } of examples.slice(0, 2)) {
    console.log(`${prompt}\n  wanted ${references[0] ?? ""}\n  wrote  ${texts.get(id) ?? ""}`);
  }
  return (
    examples.filter(({ id, references }) => references.includes(texts.get(id) ?? "")).length / examples.length
  );
}

/** BART's start values suit a width of 768; at a sixth of it, matrices three times as large learn much sooner. */
async function startFile(scratch: string, config: ModelConfig): Promise<string> {
  const file = join(scratch, "start.safetensors");
  const tensors = modelParameters(model(config, ["vqa"])).map((parameter): [string, TensorData] => {
    const values = Float32Array.from(initialValues(parameter, SEED));
    const larger = parameter.init.kind === "normal" ? values.map((value) => value * START_SCALE) : values;
    return [parameter.path, { dtype: "F32", shape: parameter.shape, data: larger }];
  });
  await mkdir(scratch, { recursive: true });
  await writeSafetensors(file, tensors);
  return file;
}

async function writeModel(session: ModelSession, vocabulary: number): Promise<void> {
  // The visual embedding took no part: it stays out, and every run starts its own.
  const language = session.trained.filter(({ traits }) => traits.part !== "visual");
  const values = await session.engine.get(language.map(({ path }) => path));
  const tensors = language.map(({ path, shape }): [string, TensorData] => [
    path,
    { dtype: "F32", shape, data: Float32Array.from(values[path]?.data as Float32Array) },
  ]);
  await writeSafetensors(join(FOLDER, "model.safetensors"), tensors, { format: "pt" });
  await writeJson(join(FOLDER, "config.json"), {
    architectures: ["BartForConditionalGeneration"],
    model_type: "bart",
    d_model: SIZES.width,
    encoder_layers: SIZES.encoderLayers,
    decoder_layers: SIZES.decoderLayers,
    encoder_attention_heads: SIZES.heads,
    decoder_attention_heads: SIZES.heads,
    encoder_ffn_dim: SIZES.ffnWidth,
    decoder_ffn_dim: SIZES.ffnWidth,
    max_position_embeddings: SIZES.maxPositions,
    vocab_size: vocabulary,
    activation_function: "gelu",
    dropout: SIZES.dropRate,
    scale_embedding: false,
    bos_token_id: 0,
    pad_token_id: 1,
    eos_token_id: 2,
    decoder_start_token_id: 2,
  });
}

const share = Number(process.argv[2] ?? 1);
const folder = process.argv[3] ?? (await mkdtemp(join(tmpdir(), "vl-pet-scenes-")));
const tokenizer = await bartTokenizer(FOLDER, { addedTokens: false });
const config = v.parse(BackboneConfig, {
  name: "bart",
  ...SIZES,
  vocabulary: tokenizer.vocabSize,
  featureWidth: 1,
});
const session = await modelSession({
  model: { backbone: config, pet: { name: "full" } },
  visual: { regions: null, frames: 1, padding: "attended" },
  tokenizer,
  backboneFile: await startFile(folder, { backbone: config, pet: { name: "full" } }),
  adapter: null,
  seed: SEED,
  scratch: folder,
  prompts: Object.fromEntries(PRETRAINING_TASKS.map((task) => [task, ""])),
});
const losses = new Map<string, number[]>();
await trainingRun({
  session,
  data: new Map(
    PRETRAINING_TASKS.map((task) => [task, textData(task, SEED, Math.round(share * UPDATES[task]) * BATCH)]),
  ),
  settings: {
    seed: SEED,
    learningRate: 1.5e-3,
    warmupRatio: 0.05,
    adamw: ADAMW,
    checkpointEvery: 0,
    epochs: 1,
    batchSize: BATCH,
    accumulation: 1,
    sampling: "roundrobin",
    clip: 1,
    maxUpdates: null,
  },
  folder,
  resume: false,
  onEvent(event) {
    if (event.kind !== "update") return;
    losses.set(event.task, [...(losses.get(event.task) ?? []), event.loss]);
    if (event.update % 200 !== 0) return;
    const means = Array.from(
      losses,
      ([task, all]) => `${task} ${(all.reduce((a, b) => a + b) / all.length).toFixed(3)}`,
    );
    console.log(`update ${event.update}/${event.updates}  ${means.join("  ")}`);
    losses.clear();
  },
});
for (const task of PRETRAINING_TASKS) {
  const exact = await exactShare(session, textData(task, SEED + 1, 300));
  console.log(`${task}: ${(100 * exact).toFixed(1)} % of held-out targets word for word`);
}
await writeModel(session, tokenizer.vocabSize);
await session.close();
if (process.argv[3] === undefined) await rm(folder, { recursive: true });
