/**
 * CLIP's image encoders at full size beside PyTorch: the largest error, and images per second, interleaved in one run.
 * A sample counts when other programs left the machine alone meanwhile; otherwise it is taken again. Linux only.
 * Needs Python with torch and numpy for the peer; never a dependency of the package.
 *
 *     npx tsx bench/clip.ts [samples] [python] [beginning of a label]
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { clipFormula, formulaImages } from "../scripts/parity/clip-formula.ts";
import { writeSafetensors, type TensorData } from "../src/files/index.ts";
import { visionParameters, visionSession } from "../src/train/vision-session.ts";
import { VisionConfig, type VisionOutput } from "../src/vision/index.ts";
import { quietly } from "./quiet.ts";

const BATCH = 8;
const THREADS = 2;
/** Between the sides: thread pools spin for a while after their work. */
const PAUSE_MS = 300;
const samples = Number(process.argv[2] ?? 7);
const python = process.argv[3] ?? "python3";
const wanted = process.argv[4] ?? "";

interface Case {
  readonly label: string;
  readonly config: v.InferInput<typeof VisionConfig>;
  readonly output: VisionOutput;
  /** Layout of the peer's images and weights. */
  readonly channelsLast: boolean;
}

const RN50: Case["config"] = { name: "clip-resnet", width: 64, blocks: [3, 4, 6, 3], pooledWidth: 1024 };
const RN101: Case["config"] = { name: "clip-resnet", width: 64, blocks: [3, 4, 23, 3], pooledWidth: 512 };
const VIT_B_32: Case["config"] = { name: "clip-vit" };
const CASES: readonly Case[] = [
  { label: "RN50, grid", config: RN50, output: "grid", channelsLast: false },
  { label: "RN50, pooled", config: RN50, output: "pooled", channelsLast: true },
  { label: "RN101, grid", config: RN101, output: "grid", channelsLast: false },
  { label: "RN101, grid", config: RN101, output: "grid", channelsLast: true },
  { label: "ViT-B/32, pooled", config: VIT_B_32, output: "pooled", channelsLast: false },
];

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const pause = (): Promise<void> => new Promise((wake) => setTimeout(wake, PAUSE_MS));

/** The peer's process: its output as it wrote it, and one time after another. */
async function peer(request: object, file: string) {
  const child = spawn(
    python,
    [join(import.meta.dirname, "peer_clip.py"), JSON.stringify({ ...request, file })],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, number>> => {
    const { done, value } = await answers.next();
    if (done === true) throw new Error("the peer ended without an answer; its own words are above");
    return JSON.parse(value) as Record<string, number>;
  };
  await answer();
  const bytes = await readFile(file);
  return {
    id: child.pid ?? 0,
    output: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
    async time(): Promise<number> {
      child.stdin.write("\n");
      return (await answer())["ms"] ?? Number.NaN;
    },
    end: () => void child.stdin.end(),
  };
}

async function run({ label, config: given, output, channelsLast }: Case, folder: string): Promise<string> {
  const config = v.parse(VisionConfig, given);
  const file = join(folder, "weights.safetensors");
  const tensors = visionParameters(config, output).map(({ path, shape }): [string, TensorData] => [
    path,
    { dtype: "F32", shape, data: clipFormula(path, shape) },
  ]);
  await writeSafetensors(file, tensors);
  const session = await visionSession({ file, output, threads: THREADS, imageSize: config.imageSize });
  const images = formulaImages(BATCH, config.imageSize);
  const request = { mode: "bench", config, output, batch: BATCH, threads: THREADS, channelsLast };
  const other = await peer(request, join(folder, "output.f32"));
  const first = await session.encode(images);
  const largest = other.output.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = first.reduce(
    (most, x, i) => Math.max(most, Math.abs(x - (other.output[i] ?? Number.NaN))),
    0,
  );
  const [ours, theirs, foreign]: [number[], number[], number[]] = [[], [], []];
  for (let i = -1; i < samples; i++) {
    await pause();
    const own = await quietly([other.id], async () => {
      const start = performance.now();
      await session.encode(images);
      return performance.now() - start;
    });
    await pause();
    const peers = await quietly([other.id], () => other.time());
    if (i < 0) continue; // one round to warm up
    ours.push(own.value);
    theirs.push(peers.value);
    foreign.push(own.foreign, peers.foreign);
  }
  other.end();
  await session.close();
  const ratio = median(ours.map((time, i) => (theirs[i] ?? Number.NaN) / time));
  const perSecond = (times: readonly number[]): string => ((1000 * BATCH) / median(times)).toFixed(1);
  const layout = channelsLast ? "channels last" : "plain";
  const cells = [label, layout, (error / largest).toExponential(1), perSecond(ours), perSecond(theirs)];
  const others = `${(100 * Math.max(...foreign)).toFixed(0)} %`;
  return `| ${[...cells, ratio.toFixed(2), others].join(" | ")} |`;
}

const folder = await mkdtemp(join(tmpdir(), "vl-pet-bench-"));
console.log(`batch ${BATCH}, ${THREADS} threads each, ${samples} interleaved pairs, float32`);
const COLUMNS = [
  "encoder, output",
  "PyTorch's layout",
  "largest error",
  "vl-pet, images/s",
  "PyTorch, images/s",
  "ratio",
  "used by others",
];
console.log(`| ${COLUMNS.join(" | ")} |
| ${COLUMNS.map(() => "---").join(" | ")} |`);
try {
  for (const one of CASES.filter(({ label }) => label.startsWith(wanted))) {
    console.log(await run(one, folder));
  }
} finally {
  await rm(folder, { recursive: true });
}
