/**
 * Makes `models/scenes`: a small BART that has only ever read text. It is trained by this project's own full
 * fine-tuning to do each task with a scene or a clip that is written in words, and never sees a picture.
 *
 *     npx tsx scripts/pretrain-scenes.ts [folder] [share of the updates]
 *
 * The folder keeps the weights after each stage; a run that finds them goes on from there.
 */
import { existsSync } from "node:fs";
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
const HELD_OUT_SEED = 100;
const BATCH = 32;
const START_SCALE = 3;
const SIZES = {
  width: 128,
  encoderLayers: 3,
  decoderLayers: 3,
  heads: 4,
  ffnWidth: 512,
  maxPositions: 160,
  dropRate: 0, // every text is read once: there is nothing to learn by heart
};

/** Examples without pictures need no features. */
const NO_FEATURES: FeatureSource = {
  describe: "no features",
  read: () => Promise.reject(new Error("internal: a text has no pictures")),
  missing: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};

interface Stage {
  readonly learningRate: number;
  readonly updates: Readonly<Partial<Record<PretrainingTask, number>>>;
}

/** Short texts first: which color goes with which shape is learned from them soonest. */
const STAGES: readonly Stage[] = [
  { learningRate: 1.5e-3, updates: { caption: 400, vqa: 900, gqa: 900, tvc: 500, yc2c: 400 } },
  {
    learningRate: 1e-3,
    updates: {
      caption: 300,
      vqa: 700,
      gqa: 700,
      nlvr: 1000,
      tvqa: 1000,
      how2qa: 1000,
      tvc: 400,
      yc2c: 300,
    },
  },
];

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

/** Writes the language model. The visual embedding took no part: it stays out, and every run starts its own. */
async function writeWeights(file: string, session: ModelSession): Promise<void> {
  const language = session.trained.filter(({ traits }) => traits.part !== "visual");
  const values = await session.engine.get(language.map(({ path }) => path));
  const tensors = language.map(({ path, shape }): [string, TensorData] => [
    path,
    { dtype: "F32", shape, data: Float32Array.from(values[path]?.data as Float32Array) },
  ]);
  await writeSafetensors(file, tensors, { format: "pt" });
}

async function writeConfig(vocabulary: number): Promise<void> {
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

/** Opens the model with the weights in a file. */
async function openedModel(backboneFile: string, scratch: string): Promise<ModelSession> {
  return modelSession({
    model: MODEL,
    visual: { regions: null, frames: 1, padding: "attended" },
    tokenizer,
    backboneFile,
    adapter: null,
    seed: SEED,
    scratch,
    prompts: Object.fromEntries(PRETRAINING_TASKS.map((task) => [task, ""])),
  });
}

/** Trains on the texts of a stage; each stage, counted from 0, has texts of its own. */
async function trained(
  session: ModelSession,
  { learningRate, updates }: Stage,
  index: number,
  scratch: string,
): Promise<void> {
  const tasks = PRETRAINING_TASKS.filter((task) => updates[task] !== undefined);
  const losses = new Map<string, number[]>();
  await trainingRun({
    session,
    data: new Map(
      tasks.map((task) => [
        task,
        textData(task, SEED + index, Math.round(share * (updates[task] ?? 0)) * BATCH),
      ]),
    ),
    settings: {
      seed: SEED,
      learningRate,
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
    folder: scratch,
    resume: false,
    onEvent(event) {
      if (event.kind !== "update") return;
      losses.set(event.task, [...(losses.get(event.task) ?? []), event.loss]);
      if (event.update % 200 !== 0) return;
      const means = Array.from(losses, ([task, all]) => {
        const mean = all.reduce((a, b) => a + b) / all.length;
        return `${task} ${mean.toFixed(3)}`;
      });
      console.log(`stage ${index + 1}, update ${event.update}/${event.updates}  ${means.join("  ")}`);
      losses.clear();
    },
  });
}

const folder = process.argv[2] ?? (await mkdtemp(join(tmpdir(), "vl-pet-scenes-")));
const share = Number(process.argv[3] ?? 1);
const tokenizer = await bartTokenizer(FOLDER, { addedTokens: false });
const MODEL: ModelConfig = {
  backbone: v.parse(BackboneConfig, {
    name: "bart",
    ...SIZES,
    vocabulary: tokenizer.vocabSize,
    featureWidth: 1,
  }),
  pet: { name: "full" },
};

let weights = await startFile(folder, MODEL);
for (const [index, stage] of STAGES.entries()) {
  const file = join(folder, `stage-${index + 1}.safetensors`);
  if (!existsSync(file)) {
    const session = await openedModel(weights, folder);
    await trained(session, stage, index, folder);
    await writeWeights(file, session);
    await session.close();
  }
  weights = file;
}

const session = await openedModel(weights, folder);
for (const task of PRETRAINING_TASKS) {
  const exact = await exactShare(session, textData(task, HELD_OUT_SEED, 400));
  console.log(`${task}: ${(100 * exact).toFixed(1)} % of held-out targets word for word`);
}
await writeWeights(join(FOLDER, "model.safetensors"), session);
await writeConfig(tokenizer.vocabSize);
await session.close();
if (process.argv[2] === undefined) await rm(folder, { recursive: true });
