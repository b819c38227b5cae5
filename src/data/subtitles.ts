import * as v from "valibot";
import { readJsonLines } from "./json-file.ts";
import { keptReading } from "./kept-reading.ts";

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

/**
 * Reads a file of subtitles: JSON lines, each a clip (`vid_name`) and its lines in order (`sub`, of which `text` is
 * taken). Of two lines for one clip the later counts. A file is read again only when it has changed or nobody holds
 * what was read.
 *
 * @throws VlPetError "data" when the file is unreadable or has another form.
 */
export function readSubtitles(file: string): Promise<ClipSubtitles> {
  return keptSubtitles([file]);
}

const keptSubtitles = keptReading(async ([file = ""]): Promise<ClipSubtitles> => {
  return new Map(await readJsonLines(file, CLIP));
});
