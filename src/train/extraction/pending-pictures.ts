import { mkdir, readdir } from "node:fs/promises";
import { VlPetError } from "../../error.ts";
import type { Picture } from "../../data/images/picture-folder.ts";
import type { BadPicture, ExtractionRequest } from "./extraction.ts";

/** The pictures whose files are not in the output folder yet. Makes the folder. */
export async function pendingPictures(
  { output, pictures }: ExtractionRequest,
  ending: string,
): Promise<readonly Picture[]> {
  await mkdir(output, { recursive: true });
  const present = new Set(await readdir(output));
  return pictures.filter(({ id }) => !present.has(`${id}${ending}`));
}

/** What is told of a picture that cannot be read. Where none may be bad, and for any other failure, that is thrown. */
export function badPicture(path: string, error: unknown, { skipBad }: ExtractionRequest): BadPicture {
  if (!(error instanceof VlPetError) || error.kind !== "data") throw error;
  const { where = path, received = error.summary } = error.parts;
  if (skipBad) return { path, reason: where === path ? received : `${where}: ${received}` };
  const fix = "repair or remove it, or leave out all that cannot be read: --skip-bad";
  throw new VlPetError("data", error.summary, { ...error.parts, fix, cause: error });
}
