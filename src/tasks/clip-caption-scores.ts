import * as v from "valibot";
import { type DescribedClip, readJsonLines } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import {
  captionScores,
  clipCaptionItems,
  type TokenizedCaption,
  tokenizedCaptionScores,
} from "../metrics/index.ts";
import { type Predicted, predictedExamples, scorableExamples } from "./predictions.ts";
import { resultMap } from "./result-list.ts";
import type { Example, Scores } from "./task.ts";

/** An example and the clip that it is about. */
export interface ClipEntry {
  readonly example: Example;
  readonly clip: DescribedClip;
  /** The only description it is trained towards; undefined = any of the clip's. */
  readonly description: string | undefined;
}

/** What was written about a clip. */
interface Captioned {
  readonly entry: ClipEntry;
  readonly text: string;
}

/**
 * Scores of captions of clips. The headline is CIDEr as the VALUE leaderboard computes it, because papers report that:
 * each clip's caption against all its descriptions, characters beyond ASCII left out (spec: metrics §7); so are BLEU
 * and ROUGE-L. `single_reference_CIDEr` is what the original logs while it trains: every description is an item of its
 * own, this one its only reference. It equals no published number and is good to compare runs with.
 */
export function scoreClipCaptions(
  entries: readonly ClipEntry[],
  predictions: ReadonlyMap<string, string>,
): Scores {
  const captioned = scorableCaptions(entries, predictions);
  const clips = onePerClip(captioned);
  const { corpus, perItem } = tokenizedCaptionScores(tokenizedItems(clips));
  const byClip = new Map(clips.map(({ entry }, i) => [entry.clip, perItem[i]?.CIDEr ?? 0]));
  const scores = { ...corpus, single_reference_CIDEr: singleReferenceCider(captioned) };
  return {
    headline: { name: "CIDEr", value: 100 * corpus.CIDEr },
    all: Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, 100 * value])),
    count: captioned.length,
    perItem: new Map(captioned.map(({ entry }) => [entry.example.id, 100 * (byClip.get(entry.clip) ?? 0)])),
  };
}

/** What the scores of clips are made of, by the id of the example that counts for its clip. */
export function tokenizedClipCaptions(
  entries: readonly ClipEntry[],
  predictions: ReadonlyMap<string, string>,
): ReadonlyMap<string, TokenizedCaption> {
  const clips = onePerClip(scorableCaptions(entries, predictions));
  return new Map(tokenizedItems(clips).map((item, i) => [clips[i]?.entry.example.id ?? "", item]));
}

/** @throws VlPetError "data" when a clip has no description to compare with. */
function scorableCaptions(
  entries: readonly ClipEntry[],
  predictions: ReadonlyMap<string, string>,
): readonly Captioned[] {
  const captioned = captionedBy(entries, (examples) => scorableExamples(examples, predictions));
  const lonely = captioned.find(({ entry }) => entry.example.references.length === 0);
  if (lonely !== undefined) throw withoutDescriptions(lonely.entry.clip);
  return captioned;
}

function tokenizedItems(clips: readonly Captioned[]): readonly TokenizedCaption[] {
  const { items } = clipCaptionItems(
    clips.map(({ text }, i) => ({ clipId: i, captions: [text] })),
    clips.map(({ entry }, i) => ({ clipId: i, captions: entry.example.references })),
  );
  return items;
}

/** Every description as an item of its own. */
function singleReferenceCider(captioned: readonly Captioned[]): number {
  const items = captioned.flatMap(({ entry: { description, example }, text }) =>
    (description === undefined ? example.references : [description]).map((reference) => ({
      text,
      reference,
    })),
  );
  const { corpus } = captionScores(
    items.map(({ text }) => text),
    items.map(({ reference }) => reference),
  );
  return corpus.CIDEr;
}

/** The first of each clip, as the leaderboard takes it. */
function onePerClip(captioned: readonly Captioned[]): readonly Captioned[] {
  const first = new Map<DescribedClip, Captioned>();
  for (const one of captioned) if (!first.has(one.entry.clip)) first.set(one.entry.clip, one);
  return [...first.values()];
}

/** The entries whose examples have a prediction. */
function captionedBy(
  entries: readonly ClipEntry[],
  predicted: (examples: readonly Example[]) => readonly Predicted[],
): readonly Captioned[] {
  return predicted(entries.map(({ example }) => example)).map(({ index, text }) => {
    const entry = entries[index];
    if (entry === undefined) throw new RangeError(`internal: no entry ${index}`);
    return { entry, text };
  });
}

/** The error of a clip without descriptions where there must be some. */
export function withoutDescriptions({ id }: DescribedClip): VlPetError {
  return new VlPetError("data", "this clip has no descriptions to train towards or to compare with", {
    where: `clip_id ${id}`,
    fix: "use a split with descriptions, or write a result file and submit it",
  });
}

/** The submission file of VALUE: a line a clip, with what was written about it first. */
export function clipCaptionFile(
  entries: readonly ClipEntry[],
  predictions: ReadonlyMap<string, string>,
): string {
  const captioned = captionedBy(entries, (examples) => predictedExamples(examples, predictions));
  return onePerClip(captioned)
    .map(({ entry, text }) => submissionLine(entry.clip, text))
    .join("");
}

/** Written by hand: JSON's own writer would make a time of 5.0 a 5. */
function submissionLine({ clip, id, time }: DescribedClip, text: string): string {
  const ts = time === undefined ? "" : `"ts": ${time}, `;
  const desc = JSON.stringify(text);
  return `{"vid_name": ${JSON.stringify(clip)}, "clip_id": ${JSON.stringify(id)}, ${ts}"descs": [{"desc": ${desc}}]}\n`;
}

/** A line of a submission; the clip's name, which goes by several keys, is not needed. */
const LINE = v.object({
  clip_id: v.union([v.number(), v.string()]),
  descs: v.pipe(v.array(v.object({ desc: v.string() })), v.minLength(1)),
});

/** Reads a submission file of VALUE: the first caption by clip id. @throws VlPetError "data" as `Task.readResults`. */
export async function readClipCaptions(file: string): Promise<ReadonlyMap<string, string>> {
  const lines = await readJsonLines(file, LINE);
  return resultMap(
    lines.map(({ clip_id: id, descs }) => [String(id), descs[0]?.desc ?? ""]),
    file,
  );
}
