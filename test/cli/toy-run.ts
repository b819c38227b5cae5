import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";

function isPrintable(byte: number): boolean {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

/** The byte-level alphabet of GPT-2's tokenizer: printable bytes stand for themselves, others for letters from 256. */
function byteAlphabet(): readonly string[] {
  let moved = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : moved++));
}

/** A whole BART tokenizer of single bytes and a few merges. */
export async function writeTokenizer(folder: string): Promise<void> {
  const merges = ["r e", "re d", "g re", "gre e", "gree n", "b l", "bl u", "blu e", "Ġ s", "Ġs q"];
  const merged = merges.map((pair) => pair.replace(" ", ""));
  const tokens = ["<s>", "<pad>", "</s>", "<unk>", ...byteAlphabet(), ...merged];
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "vocab.json"),
    JSON.stringify(Object.fromEntries(tokens.map((token, i) => [token, i]))),
  );
  await writeFile(join(folder, "merges.txt"), `#version: 0.2\n${merges.join("\n")}\n`);
}

const COLORS = ["red", "green", "blue", "white"] as const;

/** Tokens of the toy tokenizer, without those that are added. */
export const TOY_VOCABULARY = 4 + 256 + 10;

/**
 * A toy data set: pictures of one colour each, `photos/p0.png` and so on, a caption each, a question with ten answers
 * each, and a tokenizer. Gives what `vlpet train` must be told.
 */
export async function writeToyData(folder: string, pictures: number): Promise<void> {
  await mkdir(join(folder, "photos"), { recursive: true });
  const ids = Array.from({ length: pictures }, (_, i) => i);
  for (const id of ids) {
    const background = COLORS[id % COLORS.length] ?? "red";
    const image = sharp({ create: { width: 24 + id, height: 24, channels: 3, background } });
    await image.png().toFile(join(folder, "photos", `p${id}.png`));
  }
  const captions = {
    images: ids.map((id) => ({ id, file_name: `p${id}.png` })),
    annotations: ids.map((id) => ({ id, image_id: id, caption: `a ${COLORS[id % COLORS.length]} square` })),
  };
  const questions = ids.map((id) => ({ image_id: id, question_id: id * 10, question: "which color?" }));
  const answers = ids.map((id) => ({
    question_id: id * 10,
    answers: Array.from({ length: 10 }, () => ({ answer: COLORS[id % COLORS.length] })),
  }));
  await writeFile(join(folder, "captions.json"), JSON.stringify(captions));
  await writeFile(join(folder, "questions.json"), JSON.stringify({ questions }));
  await writeFile(join(folder, "answers.json"), JSON.stringify({ annotations: answers }));
  await writeTokenizer(join(folder, "tokenizer"));
}

/** Settings of a run on the toy data: a tiny random backbone, captions and questions, every split the same. */
export function toyConfig(): object {
  const caption = { annotations: "captions.json" };
  const vqa = { questions: "questions.json", annotations: "answers.json", imageName: "p{id}" };
  return {
    tokenizer: "tokenizer",
    backbone: { width: 16, heads: 2, encoderLayers: 1, decoderLayers: 1, ffnWidth: 32, maxPositions: 64 },
    pet: { name: "vl-pet", rank: 4, gateRank: 4, decoderRank: 4 },
    tasks: {
      vqa: { features: "photos", train: vqa, valid: vqa, test: vqa },
      caption: { features: "photos", train: caption, valid: caption, test: caption },
    },
    training: { epochs: 3, batchSize: 2, learningRate: 0.01, checkpointEvery: 3, logEvery: 1, seed: 7 },
    generation: { beams: 2, batchSize: 4 },
    engine: { threads: 1 },
  };
}
