import * as v from "valibot";
import type { RunTask } from "../config/index.ts";
import { readJson } from "../data/index.ts";
import { VlPetError } from "../error.ts";

/** What a file of VQA references can be, told by its content. */
type VqaFile = "list" | "questions" | "annotations";

/**
 * The source entry of a split (`Task.sourceSchema`) that the given files make up.
 *
 * @throws VlPetError "config" when there are too few or too many files, "data" when one is of no known form.
 */
export async function referenceSource(
  task: RunTask,
  files: readonly string[],
  split: string,
): Promise<unknown> {
  return task === "caption" ? captionSource(files, split) : vqaSource(files);
}

function captionSource(files: readonly string[], split: string): unknown {
  const [annotations, ...more] = files;
  if (annotations !== undefined && more.length === 0) return { annotations, split };
  throw wrongFiles("one captions file", files);
}

async function vqaSource(files: readonly string[]): Promise<unknown> {
  const kinds = await Promise.all(files.map(async (file) => ({ file, kind: await vqaKind(file) })));
  const of = (wanted: VqaFile): readonly string[] =>
    kinds.filter(({ kind }) => kind === wanted).map(({ file }) => file);
  const asked = [...of("list"), ...of("questions")];
  const [first] = asked;
  if (first === undefined || asked.length > 1) {
    throw wrongFiles("one file of questions, or one question list, and any files of annotations", files);
  }
  const annotations = of("annotations");
  return {
    [of("list").length === 1 ? "list" : "questions"]: first,
    ...(annotations.length === 0 ? {} : { annotations: [...annotations] }),
  };
}

async function vqaKind(file: string): Promise<VqaFile> {
  const content = await readJson(file, v.unknown());
  if (Array.isArray(content)) return "list";
  if (typeof content === "object" && content !== null) {
    if ("questions" in content) return "questions";
    if ("annotations" in content) return "annotations";
  }
  throw new VlPetError("data", "this is no file of VQA references", {
    where: file,
    expected: 'a list of questions, or an object with "questions" or "annotations"',
    fix: "give the official questions and annotations files, or one of the original's question lists",
  });
}

function wrongFiles(expected: string, files: readonly string[]): VlPetError {
  return new VlPetError("config", "these are not the references of one split", {
    where: "--references",
    expected,
    received: files.join(", "),
    fix: "name the files of one split",
  });
}
