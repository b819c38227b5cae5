import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { VlPetError } from "../error.ts";

/** A folder of files, or one file. */
export interface FeaturePlace {
  /** As it was named. */
  readonly path: string;
  /** The folder of the files. */
  readonly folder: string;
  /** The folder's file names in alphabetical order; of a single file only its own. */
  readonly names: readonly string[];
  readonly isFile: boolean;
}

/** Looks at what lies at `path`. @throws VlPetError "data" when there is nothing. */
export async function featurePlace(path: string): Promise<FeaturePlace> {
  try {
    if ((await stat(path)).isFile())
      return { path, folder: dirname(path), names: [basename(path)], isFile: true };
    return { path, folder: path, names: (await readdir(path)).toSorted(), isFile: false };
  } catch (cause) {
    throw new VlPetError("data", "the folder or file of features cannot be listed", {
      where: path,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check the path in the configuration",
      cause,
    });
  }
}

/** The names that match `pattern`. */
export function namesLike({ names }: FeaturePlace, pattern: RegExp): readonly string[] {
  return names.filter((name) => pattern.test(name));
}

/**
 * The paths of the files that match `pattern`, by the id that `idOf` sees in their names.
 *
 * @throws VlPetError "data" when two names give one id.
 */
export function filesById(
  place: FeaturePlace,
  pattern: RegExp,
  idOf: (name: string) => string,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const name of namesLike(place, pattern)) {
    const id = idOf(name);
    const twin = files.get(id);
    if (twin !== undefined) {
      throw new VlPetError("data", `two files have the image name ${id}`, {
        where: place.folder,
        received: `${basename(twin)}, ${name}`,
        fix: "remove or rename one: an image has one file",
      });
    }
    files.set(id, join(place.folder, name));
  }
  return files;
}
