import * as v from "valibot";
import { entriesOnce, type EntryForm } from "./entries-once.ts";
import { type JsonLine, readLines } from "./json-file.ts";
import { uniqueIds } from "./unique-ids.ts";
import { parsedAsWritten, type WrittenNumber } from "./written-numbers.ts";

/** One thing that people wrote about a clip. */
export interface ClipDescription {
  readonly id: number | string;
  readonly text: string;
}

/** A clip to describe. */
export interface DescribedClip {
  readonly id: number | string;
  /** The name of the clip's feature file. */
  readonly clip: string;
  /**
   * The seconds to describe as Python prints the list that the file has, `[35.73, 40.9]`: a number with a point keeps
   * it (`5.0`). Undefined where the whole clip is described.
   */
  readonly time: string | undefined;
  /** Undefined where the split has none. */
  readonly descriptions: readonly ClipDescription[] | undefined;
}

const Id = v.union([v.number(), v.string()]);

const CLIP = v.object({
  vid_name: v.string(),
  clip_id: Id,
  descs: v.optional(v.array(v.object({ desc: v.string(), desc_id: Id }))),
});
const TIMED_CLIP = v.object({ ...CLIP.entries, ts: v.strictTuple([v.number(), v.number()]) });

/**
 * Reads clips and what people wrote about them, files one after another: JSON lines as VALUE releases them for TVC
 * (`timed`: a part of a clip, `ts`) and YouCook2 (the whole clip). Of a clip that comes again the later one counts.
 *
 * @throws VlPetError "data" when a file is unreadable or has another form, one `clip_id` stands for two clips or has
 * two sets of descriptions, or two descriptions have one `desc_id`.
 */
export async function readDescribedClips(
  files: readonly string[],
  { timed }: { readonly timed: boolean },
): Promise<DescribedClip[]> {
  const clips = await entriesOnce(DESCRIBED, files, timed ? timedClips : wholeClips);
  const note = uniqueIds("desc_id");
  for (const { id, descriptions = [] } of clips) {
    for (const description of descriptions) note(description.id, `${files.join(", ")}, clip_id ${id}`);
  }
  return clips;
}

const DESCRIBED: EntryForm<DescribedClip> = {
  key: "clip_id",
  asked: ({ clip, time }) => [clip, time],
  answer: ({ descriptions }) => descriptions?.map(({ id, text }) => [String(id), text]),
};

async function wholeClips(file: string): Promise<JsonLine<DescribedClip>[]> {
  const read = await readLines(file, CLIP);
  return read.map(({ line, text, value }) => ({ line, text, value: described(value, undefined) }));
}

async function timedClips(file: string): Promise<JsonLine<DescribedClip>[]> {
  const read = await readLines(file, TIMED_CLIP);
  return read.map(({ line, text, value }) => ({ line, text, value: described(value, writtenTime(text)) }));
}

/** The `ts` of a line as Python prints it. */
function writtenTime(line: string): string {
  const { ts } = parsedAsWritten(line) as { readonly ts: readonly WrittenNumber[] };
  return `[${ts.map(({ inPython }) => inPython).join(", ")}]`;
}

function described(entry: v.InferOutput<typeof CLIP>, time: string | undefined): DescribedClip {
  return {
    id: entry.clip_id,
    clip: entry.vid_name,
    time,
    descriptions: entry.descs?.map(({ desc, desc_id: id }) => ({ id, text: desc })),
  };
}
