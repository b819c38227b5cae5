import { openFeatures, type Features, type FeatureSource } from "../data/index.ts";
import { PATCH_WIDTH, patchFeatures } from "../data/patch-features.ts";
import { VlPetError } from "../error.ts";

/** What the files are that a model is shown. */
export type ShownKind = "photo" | "features";

/**
 * The features of single files, whatever they are called: every path is its own id.
 *
 * @throws (its `read`) VlPetError "data" when a file cannot be read, holds several images, or has features of another
 * width than `width`.
 */
export function shownFiles(kind: ShownKind, width: number): FeatureSource {
  return {
    describe: kind === "photo" ? "photos" : "files of features",
    read: (file) => (kind === "photo" ? photo(file, width) : onlyFeatures(file, width)),
    missing: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}

async function onlyFeatures(file: string, width: number): Promise<Features> {
  const source = await openFeatures(file, { width });
  try {
    const [only = "", ...more] = source.ids;
    if (more.length === 0) return await source.read(only);
    throw new VlPetError("data", "the file holds the features of several images", {
      where: file,
      expected: "one image or clip",
      received: `${source.ids.length}, such as ${source.ids.slice(0, 3).join(", ")}`,
      fix: "ask by a table that names them: --input TABLE --features FILE",
    });
  } finally {
    await source.close();
  }
}

async function photo(file: string, width: number): Promise<Features> {
  if (width === PATCH_WIDTH) return patchFeatures(file);
  throw new VlPetError("data", "this model was trained on extracted features, not on photos", {
    where: file,
    expected: `features of width ${width}`,
    received: "a photo",
    fix: "extract the features of the image in the same way and give them with --features",
  });
}
