import * as v from "valibot";
import { jsonStart, readJson } from "../data/index.ts";
import { VlPetError } from "../error.ts";

/** The only one of `files`. @throws VlPetError "config" when there are more or none. */
export function onlyFile(files: readonly string[], expected: string): string {
  const [only, ...more] = files;
  if (only !== undefined && more.length === 0) return only;
  throw wrongFiles(expected, files);
}

/** All of `files`. @throws VlPetError "config" when there are none. */
export function someFiles(files: readonly string[], expected: string): readonly string[] {
  if (files.length > 0) return files;
  throw wrongFiles(expected, files);
}

/**
 * The given files by what they are, told by their first mark: all of them lists, or all of them objects (or one object
 * a line).
 *
 * @throws VlPetError "config" when there are none or of both kinds, "data" when one is neither.
 */
export async function filesOfOneKind(
  files: readonly string[],
  expected: string,
): Promise<{ readonly kind: "list" | "object"; readonly files: readonly string[] }> {
  const kinds = await Promise.all(files.map((file) => jsonStart(file)));
  const [kind] = kinds;
  if (kind === undefined || kinds.some((other) => other !== kind)) throw wrongFiles(expected, files);
  if (kind !== "other") return { kind, files };
  throw new VlPetError("data", "this is no file of references", {
    where: files[0] ?? "",
    expected,
    fix: "check that these are the benchmark's own files, or the original's lists",
  });
}

/** What a file of questions about images can be, told by its content. */
type QuestionFile = "list" | "questions" | "annotations";

/**
 * The source entry of VQA that the given files make up: question lists, or official questions, with any annotations.
 *
 * @throws VlPetError "config" when they are not the files of one split, "data" when one is of no known form.
 */
export async function questionSource(files: readonly string[]): Promise<unknown> {
  const kinds = await Promise.all(files.map(async (file) => ({ file, kind: await questionFile(file) })));
  const of = (wanted: QuestionFile): readonly string[] =>
    kinds.filter(({ kind }) => kind === wanted).map(({ file }) => file);
  const [lists, [questions, ...more]] = [of("list"), of("questions")];
  if (more.length > 0 || (questions === undefined) === (lists.length === 0)) {
    throw wrongFiles("one file of questions, or question lists, and any files of annotations", files);
  }
  const annotations = of("annotations");
  return {
    ...(questions === undefined ? { list: [...lists] } : { questions }),
    ...(annotations.length === 0 ? {} : { annotations: [...annotations] }),
  };
}

async function questionFile(file: string): Promise<QuestionFile> {
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
    received: files.length === 0 ? "nothing" : files.join(", "),
    fix: "name the files of one split",
  });
}
