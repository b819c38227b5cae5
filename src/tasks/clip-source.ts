import * as v from "valibot";
import { type ClipSubtitles, readSubtitles } from "../data/index.ts";
import { someFiles } from "./reference-files.ts";
import type { TaskName, TaskSource } from "./task.ts";
import { Path, Paths, splitSource } from "./task-source.ts";

/** The files of a split of clips: annotations as VALUE releases them, and what is said in the clips. */
export const CLIP_SOURCE = v.strictObject({ annotations: Paths, subtitles: v.optional(Path) });

/** The annotation files of a split, and the subtitles of its clips: none without a file. */
export interface ClipSource {
  readonly annotations: readonly string[];
  readonly subtitles: ClipSubtitles;
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
    subtitles: subtitles === undefined ? new Map() : await readSubtitles(subtitles),
  };
}

/** The source entry of a split whose annotation files are given as references: subtitles change no score. */
export async function clipReferences(files: readonly string[]): Promise<unknown> {
  return { annotations: someFiles(files, "one or more annotation files") };
}
