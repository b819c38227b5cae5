import * as v from "valibot";
import { type ClipSubtitles, readSubtitles } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { someFiles } from "./reference-files.ts";
import type { TaskName, TaskSource } from "./task.ts";
import { Path, Paths, splitSource } from "./task-source.ts";

/** The files of a split of clips: annotations as VALUE releases them, and what is said in the clips. */
export const CLIP_SOURCE = v.strictObject({ annotations: Paths, subtitles: v.optional(Path) });

/** The annotation files of a split, and what is said in its clips: null without a file of subtitles. */
export interface ClipSource {
  readonly annotations: readonly string[];
  readonly subtitles: { readonly file: string; readonly byClip: ClipSubtitles } | null;
}

/** The files of one split of clips, the subtitles read. @throws VlPetError "config" and "data" as `Task.load` says. */
export async function clipSource(task: TaskName, source: TaskSource, split: string): Promise<ClipSource> {
  const { annotations, subtitles } = splitSource(source, split, {
    task,
    schema: CLIP_SOURCE,
    form: "{ annotations: a path or a list of paths, subtitles?: a path }",
  });
  return {
    annotations: [annotations].flat(),
    subtitles: subtitles === undefined ? null : { file: subtitles, byClip: await readSubtitles(subtitles) },
  };
}

/**
 * What is said in a clip of a split: nothing where no subtitles are given, or none of this clip.
 *
 * @throws VlPetError "data" when there is a file of subtitles and not one of the split's clips in it.
 */
export function spokenWords(
  subtitles: ClipSource["subtitles"],
  clips: readonly { readonly clip: string }[],
): (clip: string) => string {
  if (subtitles === null) return () => "";
  const { file, byClip } = subtitles;
  const [first] = clips;
  if (first === undefined || clips.some(({ clip }) => byClip.has(clip)))
    return (clip) => byClip.get(clip) ?? "";
  const [other] = byClip.keys();
  throw new VlPetError("data", "the file of subtitles has nothing of any clip of this split", {
    where: file,
    expected: `some of the split's clips, such as ${first.clip}`,
    received: other === undefined ? "none at all" : `${byClip.size} others, such as ${other}`,
    fix: "name the subtitles of these clips, or leave subtitles out",
  });
}

/** The source entry of a split whose annotation files are given as references: subtitles change no score. */
export async function clipReferences(files: readonly string[]): Promise<unknown> {
  return { annotations: someFiles(files, "one or more annotation files") };
}
