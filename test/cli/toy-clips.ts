import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Features, writeFeatures } from "../../src/data/index.ts";
import { writeNpz } from "../../src/data/write-npz.ts";
import { writeTokenizer } from "./toy-run.ts";

const COLORS = ["red", "green", "blue", "white", "black"] as const;
/** Frames of the clips in turn: fewer than the model takes, as many, and more. */
const LENGTHS = [2, 4, 7] as const;
/** Frames that the model takes, and channels of each. */
const [FRAMES, WIDTH] = [4, 8];

interface Clip {
  readonly name: string;
  readonly color: string;
  /** Place of the color among the choices. */
  readonly answer: number;
  readonly frames: Features;
}

/** A clip of one color; each frame shows which in one of its channels. */
function toyClip(i: number): Clip {
  const answer = i % COLORS.length;
  const rows = LENGTHS[i % LENGTHS.length] ?? 1;
  const values = Float32Array.from({ length: rows * WIDTH }, (_, at) => (at % WIDTH === answer ? 4 : -0.5));
  return {
    name: `show_s01e01_clip_${String(i).padStart(2, "0")}`,
    color: COLORS[answer] ?? "red",
    answer,
    frames: { rows, width: WIDTH, values },
  };
}

function jsonLines(objects: readonly object[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join("");
}

function question({ name, answer }: Clip, qid: number) {
  const choices = Object.fromEntries(COLORS.map((color, i) => [`a${i}`, `${color}.`]));
  const shows = ["A Show", "Another Show"];
  const line = { qid, q: "which?", ...choices, ts: "0-1.5", vid_name: name, show_name: shows[qid % 2] };
  return { open: line, answered: { ...line, answer_idx: answer } };
}

function described({ name, color }: Clip, id: number) {
  const line = { vid_name: name, duration: 60, ts: [id, id + 1.5], clip_id: 900 - id };
  const descs = [`a ${color} clip`, `it is ${color}`].map((desc, i) => ({ desc, desc_id: 2 * id + i }));
  return { open: line, answered: { ...line, descs } };
}

/**
 * A toy data set of clips: features in `tv-h5` and `tv-npz`, questions and descriptions with (`…_train.jsonl`) and
 * without (`…_test.jsonl`) answers, subtitles of all clips but the first, and a tokenizer. In one clip people say more
 * than a text has room for.
 */
export async function writeToyClips(folder: string, count: number): Promise<void> {
  await writeTokenizer(join(folder, "tokenizer"));
  for (const place of ["tv-h5", "tv-npz"]) await mkdir(join(folder, place), { recursive: true });
  const clips = Array.from({ length: count }, (_, i) => toyClip(i));
  for (const { name, frames } of clips) {
    await writeFeatures(join(folder, "tv-h5", `${name}.h5`), name, frames);
    await writeNpz(join(folder, "tv-npz", `${name}.npz`), frames);
  }
  const said = clips.slice(1).map(({ name }, i) => {
    const lines = Array.from({ length: i === 1 ? 60 : 1 }, () => " look at this ");
    return { vid_name: name, sub: lines.map((text, start) => ({ text, start, end: start + 1 })) };
  });
  const questions = clips.map((clip, i) => question(clip, 50 - i));
  const captions = clips.map(described);
  const files = {
    "subtitles.jsonl": said,
    "tvqa_train.jsonl": questions.map(({ answered }) => answered),
    "tvqa_test.jsonl": questions.map(({ open }) => open),
    "tvc_train.jsonl": captions.map(({ answered }) => answered),
    "tvc_test.jsonl": captions.map(({ open }) => open),
  };
  for (const [name, lines] of Object.entries(files)) await writeFile(join(folder, name), jsonLines(lines));
}

function entry(task: string, split: string): object {
  return { annotations: `${task}_${split}.jsonl`, subtitles: "subtitles.jsonl" };
}

function toyTask(name: string): object {
  const answered = entry(name, "train");
  return { features: "tv-h5", train: answered, valid: answered, test: entry(name, "test") };
}

/** Settings of a run on the toy clips: a tiny random backbone, questions and captions; the test splits have no answers. */
export function toyClipConfig(): object {
  return {
    tokenizer: "tokenizer",
    backbone: { width: 16, heads: 2, encoderLayers: 1, decoderLayers: 1, ffnWidth: 32, maxPositions: 700 },
    visual: { frames: FRAMES },
    pet: { name: "full" },
    tasks: { tvqa: toyTask("tvqa"), tvc: toyTask("tvc") },
    training: { epochs: 6, batchSize: 3, learningRate: 0.01, validate: "end", logEvery: 1, seed: 7 },
    generation: { beams: 2, batchSize: 4 },
    engine: { threads: 1 },
  };
}
