import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { clipFormula } from "../scripts/parity/clip-formula.ts";
import { writeSafetensors, type TensorData } from "../src/files/index.ts";
import { visionParameters } from "../src/train/vision-session.ts";
import type { VisionConfig } from "../src/vision/index.ts";

/** Writes the weights of a tiny encoder by the formula, whole with its pooled output. */
export async function writeVision(file: string, config: VisionConfig): Promise<void> {
  const tensors = visionParameters(config, "pooled").map(({ path, shape }): [string, TensorData] => [
    path,
    { dtype: "F32", shape, data: clipFormula(path, shape) },
  ]);
  await writeSafetensors(file, tensors);
}

/** Writes a photo of one colour for each name. */
export async function writePhotos(folder: string, names: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [i, name] of names.entries()) {
    const background = { r: (37 * i) % 256, g: (91 * i) % 256, b: 128 };
    const photo = sharp({ create: { width: 40 + i, height: 30, channels: 3, background } });
    await photo.toFile(join(folder, name));
  }
}

/**
 * A stand-in for ffmpeg: "decodes" a file that holds JSON such as {"seconds": 3, "frames": 2, "code": 0}, frame i being
 * all bytes i, and notes its filters in `<file>.filters`.
 */
export async function writeDecoder(file: string): Promise<void> {
  const program = `#!${process.execPath}
const fs = require("node:fs");
const args = process.argv.slice(2);
const input = args[args.indexOf("-i") + 1];
let video;
try {
  video = JSON.parse(fs.readFileSync(input, "utf8"));
} catch {
  process.stderr.write("Invalid data found when processing input\\n");
  process.exit(1);
}
if (!args.includes("-vf")) {
  const length = video.seconds === null ? "N/A" : "00:00:" + video.seconds.toFixed(2).padStart(5, "0");
  process.stderr.write("  Duration: " + length + ", start: 0.0\\nAt least one output file must be specified\\n");
  process.exit(1);
}
const filters = args[args.indexOf("-vf") + 1];
fs.writeFileSync(input + ".filters", filters);
const side = Number(/crop=(\\d+)/.exec(filters)[1]);
for (let i = 0; i < video.frames; i++) fs.writeSync(1, Buffer.alloc(side * side * 3, i));
if (video.code) process.stderr.write("broken somewhere\\n");
process.exitCode = video.code;
`;
  await writeFile(file, program);
  await chmod(file, 0o755);
}
