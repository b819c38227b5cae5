/**
 * Makes `models/scenes/vocab.json` and `merges.txt`: a byte-level BPE vocabulary in BART's file format, learned from
 * the texts of the scenes, so that nearly every word is one token and any other text still has a spelling.
 *
 *     npx tsx scripts/make-scenes-tokenizer.ts
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PRETRAINING_TASKS, pretrainingExamples } from "../src/data/scenes/pretraining-examples.ts";
import { bytePairMerges, byteCharacters, countedWords } from "./byte-pair-merges.ts";

const FOLDER = join(import.meta.dirname, "../models/scenes");
const SEED = 1;
/** Texts of each task. */
const TEXTS = 4000;
const MOST_MERGES = 480;

const examples = PRETRAINING_TASKS.flatMap((task) => pretrainingExamples(task, SEED, TEXTS));
const texts = examples.flatMap(({ source, target }) => [source, target]);
const merges = bytePairMerges(countedWords(texts), MOST_MERGES);
const pieces = [...byteCharacters().toSorted(), ...merges.map((pair) => pair.join(""))];
const tokens = ["<s>", "<pad>", "</s>", "<unk>", ...new Set(pieces), "<mask>"];
await mkdir(FOLDER, { recursive: true });
const vocabulary = Object.fromEntries(tokens.map((token, id) => [token, id]));
await writeFile(join(FOLDER, "vocab.json"), `${JSON.stringify(vocabulary)}\n`);
const lines = ["#version: 0.2", ...merges.map((pair) => pair.join(" "))];
await writeFile(join(FOLDER, "merges.txt"), `${lines.join("\n")}\n`);
console.log(`${tokens.length} tokens, ${merges.length} merges`);
