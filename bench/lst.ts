/**
 * One training step of ladder side-tuning beside VL-PET-large on a T5 of middle size: time and peak memory. Each method
 * runs in a process of its own, since a process has one peak; their steps are interleaved.
 *
 *     npx tsx bench/lst.ts [samples]
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { BackboneConfig, visualLayout } from "../src/backbones/index.ts";
import { ADAMW } from "../src/optim/index.ts";
import { PetConfig } from "../src/pet/index.ts";
import { RandomStream } from "../src/random.ts";
import { nodeEngine } from "../src/runtime/index.ts";
import { lossFeeds, shiftedRight, tokenWeights } from "../src/train/batch.ts";
import { model, modelParameters, trainedParameters, type Model } from "../src/train/model.ts";
import { updates } from "../src/train/updates.ts";
import { modelWeights } from "../src/train/weights.ts";

/** A third of t5-base's width and half its depth; the ranks are the T5 scripts' in proportion. */
const BACKBONE = {
  name: "t5",
  width: 256,
  heads: 8,
  headWidth: 32,
  ffnWidth: 1024,
  vocabulary: 8000,
  encoderLayers: 6,
  decoderLayers: 6,
} as const;
const SIDES = {
  lst: { name: "lst", reduction: 4 },
  "vl-pet": { name: "vl-pet", granularity: "large", rank: 64, gateRank: 64, decoderRank: 32 },
} as const;
type Side = keyof typeof SIDES;
const SIZE = { batch: 32, text: 20, target: 10 };
const VISUAL = visualLayout(1, 49, { regions: 36 });
const MEBIBYTE = 2 ** 20;

/** What a step took: milliseconds, and mebibytes of resident memory at the highest so far. */
interface Measure {
  readonly ms: number;
  readonly peak: number;
}

function peakMemory(): number {
  return (process.resourceUsage().maxRSS * 1024) / MEBIBYTE;
}

function batch({ backbone }: Model) {
  const random = new RandomStream(1, "bench");
  const rows = (length: number): number[][] =>
    Array.from({ length: SIZE.batch }, () => Array.from({ length }, () => 3 + random.integer(997)));
  const labels = rows(SIZE.target);
  const count = SIZE.batch * VISUAL.rows * backbone.sizes.featureWidth;
  const features = Float32Array.from({ length: count }, () => random.uniform());
  return {
    ...backbone.encoderFeeds({ inputIds: rows(SIZE.text), features, boxes: null }, VISUAL),
    ...backbone.decoderFeeds({ decoderIds: shiftedRight(labels, backbone.tokens) }),
    ...lossFeeds(labels, tokenWeights(labels, "token-mean", null)),
  };
}

/** One method's process: says its memory before the first step, then answers each message with a step. */
async function runSide(side: Side, folder: string): Promise<void> {
  const made = model({ backbone: v.parse(BackboneConfig, BACKBONE), pet: v.parse(PetConfig, SIDES[side]) }, [
    "vqa",
  ]);
  const parameters = modelParameters(made);
  const trained = trainedParameters(made, parameters);
  const isTrained = new Set(trained);
  const weights = await modelWeights({
    parameters,
    isTrained: (parameter) => isTrained.has(parameter),
    sources: [],
    seed: 1,
    scratch: join(folder, side),
  });
  const engine = nodeEngine({ threads: availableParallelism() });
  const options = { adamw: ADAMW, clip: 5 };
  const run = await updates({ engine, model: made, weights, trained, options, resume: null });
  const feeds = batch(made);
  let step = 0;
  process.on("message", () => {
    const start = performance.now();
    void run
      .update([{ variant: { visual: VISUAL, task: null }, feeds }], 1e-3, { seed: 1, step: step++ })
      .then(() => process.send?.({ ms: performance.now() - start, peak: peakMemory() }));
  });
  process.send?.({ ms: 0, peak: peakMemory() });
}

async function answer(child: ChildProcess): Promise<Measure> {
  const [message] = (await once(child, "message")) as [Measure];
  return message;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** A method's process and what it measured. */
interface Runner {
  readonly child: ChildProcess;
  readonly before: number;
  readonly times: number[];
  peak: number;
}

async function runner(side: Side, folder: string): Promise<Runner> {
  const child = fork(import.meta.filename, [side, folder]);
  const { peak } = await answer(child);
  return { child, before: peak, times: [], peak };
}

async function measureStep(from: Runner): Promise<number> {
  from.child.send("step");
  const { ms, peak } = await answer(from.child);
  from.peak = peak;
  return ms;
}

async function compare(samples: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "vl-pet-bench-"));
  const ladder = await runner("lst", folder);
  const inside = await runner("vl-pet", folder);
  const runners = [ladder, inside];
  for (let i = -2; i < samples; i++) {
    for (const each of runners) {
      const ms = await measureStep(each);
      if (i >= 0) each.times.push(ms); // two rounds to warm up: compilation, allocation
    }
  }
  for (const { child } of runners) child.kill();
  await rm(folder, { recursive: true });
  const line = (name: string, { times, peak, before }: Runner): string =>
    `${name.padEnd(14)} ${median(times).toFixed(0)} ms a step, peak ${peak.toFixed(0)} MiB, of it ${(peak - before).toFixed(0)} MiB for the steps`;
  console.log(line("LST", ladder));
  console.log(line("VL-PET-large", inside));
  const time = median(inside.times.map((ms, i) => ms / (ladder.times[i] ?? Number.NaN)));
  const memory = (inside.peak - inside.before) / (ladder.peak - ladder.before);
  console.log(`VL-PET / LST   time ${time.toFixed(2)}, memory for the steps ${memory.toFixed(2)}`);
  console.log(`median of ${samples} interleaved pairs, ${availableParallelism()} cores`);
}

const [first, folder] = process.argv.slice(2);
if (folder === undefined) await compare(Number(first ?? 9));
else await runSide(first as Side, folder);
