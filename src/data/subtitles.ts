import { stat } from "node:fs/promises";
import * as v from "valibot";
import { readJsonLines } from "./json-file.ts";

/** What is said in each clip, by the clip's name. */
export type ClipSubtitles = ReadonlyMap<string, string>;

const CLIP = v.pipe(
  v.object({ vid_name: v.string(), sub: v.array(v.object({ text: v.string() })) }),
  v.transform(({ vid_name: clip, sub }): readonly [string, string] => [
    clip,
    joinedSubtitles(sub.map((line) => line.text)),
  ]),
);

/** Lines of subtitles as one text: without white space around each, one space between them. */
export function joinedSubtitles(lines: readonly string[]): string {
  return lines.map((line) => line.trim()).join(" ");
}

/** Files read before, as long as somebody holds what was read: tasks and splits share one file of many megabytes. */
const READ = new Map<string, { readonly stamp: string; readonly subtitles: WeakRef<ClipSubtitles> }>();

/**
 * Reads a file of subtitles: JSON lines, each a clip (`vid_name`) and its lines in order (`sub`, of which `text` is
 * taken). Of two lines for one clip the later counts. A file is read again only when it has changed or nobody holds
 * what was read.
 *
 * @throws VlPetError "data" when the file is unreadable or has another form.
 */
export async function readSubtitles(file: string): Promise<ClipSubtitles> {
  const stamp = await stampOf(file);
  const before = READ.get(file);
  const held = before?.stamp === stamp ? before.subtitles.deref() : undefined;
  if (held !== undefined) return held;
  const subtitles: ClipSubtitles = new Map(await readJsonLines(file, CLIP));
  READ.set(file, { stamp, subtitles: new WeakRef(subtitles) });
  return subtitles;
}

/** Changes with the file's content; a file that is not there is left for the reader to report. */
async function stampOf(file: string): Promise<string> {
  try {
    const { size, mtimeNs } = await stat(file, { bigint: true });
    return `${size} ${mtimeNs}`;
  } catch {
    return "";
  }
}
