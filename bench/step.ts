/**
 * One training step of VL-PET-large on bart-base, beside the same model in eager PyTorch, interleaved in one run.
 * Needs Python with torch for the peer (`pip install torch`); never a dependency of the package.
 *
 *     npx tsx bench/step.ts [samples] [python]
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { BackboneConfig, visualLayout } from "../src/backbones/index.ts";
import { ADAMW } from "../src/optim/index.ts";
import { PetConfig } from "../src/pet/index.ts";
import { RandomStream } from "../src/random.ts";
import { nodeEngine } from "../src/runtime/index.ts";
import { lossFeeds, shiftedRight, tokenWeights } from "../src/train/batch.ts";
import { model, modelParameters, trainedParameters } from "../src/train/model.ts";
import { updates } from "../src/train/updates.ts";
import { modelWeights } from "../src/train/weights.ts";

const SIZE = { batch: 16, text: 20, target: 10, rank: 96, threads: availableParallelism() };
const samples = Number(process.argv[2] ?? 9);
const python = process.argv[3] ?? "python3";

const backbone = v.parse(BackboneConfig, { name: "bart" });
const pet = v.parse(PetConfig, { name: "vl-pet", granularity: "large" });
const made = model({ backbone, pet }, ["vqa"]);
const parameters = modelParameters(made);
const trained = trainedParameters(made, parameters);
const folder = await mkdtemp(join(tmpdir(), "vl-pet-bench-"));
const weights = await modelWeights({
  parameters,
  isTrained: (parameter) => trained.includes(parameter),
  sources: [],
  seed: 1,
  scratch: folder,
});
const engine = nodeEngine({ threads: SIZE.threads });
const run = await updates({
  engine,
  model: made,
  weights,
  trained,
  options: { adamw: ADAMW, clip: 5 },
  resume: null,
});

const random = new RandomStream(1, "bench");
const rows = (length: number): number[][] =>
  Array.from({ length: SIZE.batch }, () => Array.from({ length }, () => 3 + random.integer(997)));
const labels = rows(SIZE.target);
const visual = visualLayout(1, 49, { regions: 36 });
const features = Float32Array.from({ length: SIZE.batch * 49 * made.backbone.sizes.featureWidth }, () =>
  random.uniform(),
);
const feeds = {
  ...made.backbone.encoderFeeds({ inputIds: rows(SIZE.text), features, boxes: null }, visual),
  ...made.backbone.decoderFeeds({ decoderIds: shiftedRight(labels, made.backbone.tokens) }),
  ...lossFeeds(labels, tokenWeights(labels, "token-mean", null)),
};

const peer = spawn(
  python,
  [join(import.meta.dirname, "peer_step.py"), JSON.stringify({ ...SIZE, ...backbone })],
  {
    stdio: ["pipe", "pipe", "inherit"],
  },
);
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const answer = async (): Promise<Record<string, number>> =>
  JSON.parse(String((await answers.next()).value)) as Record<string, number>;
console.log(`trained parameters: peer ${(await answer())["trained"]}`);

/** Largest resident memory of this process so far, in MiB. */
async function peakMemory(): Promise<number> {
  const status = await readFile("/proc/self/status", "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

const ours: number[] = [];
const theirs: number[] = [];
let peerPeak = 0;
for (let i = -2; i < samples; i++) {
  const start = performance.now();
  await run.update([{ variant: { visual, task: null }, feeds }], 1e-3, { seed: 1, step: i + 2 });
  const elapsed = performance.now() - start;
  peer.stdin.write("\n");
  const { ms = Number.NaN, peakMb = Number.NaN } = await answer();
  if (i < 0) continue; // two rounds to warm up: compilation, allocation
  ours.push(elapsed);
  theirs.push(ms);
  peerPeak = peakMb;
}
peer.stdin.end();
await engine.close();
await rm(folder, { recursive: true });

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const ratios = ours.map((time, i) => (theirs[i] ?? Number.NaN) / time);
console.log(`vl-pet   ${median(ours).toFixed(0)} ms a step, peak ${(await peakMemory()).toFixed(0)} MiB`);
console.log(`PyTorch  ${median(theirs).toFixed(0)} ms a step, peak ${peerPeak.toFixed(0)} MiB`);
console.log(
  `ratio    ${median(ratios).toFixed(2)} (median of ${samples} interleaved pairs; above 1 = vl-pet is faster)`,
);
