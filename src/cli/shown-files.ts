import { openFeatures, type Features, type FeatureSource } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import type { SessionReading } from "./photo-reading.ts";

/** What the files are that a model is shown. */
export type ShownKind = "photo" | "features";

/**
 * The features of single files, whatever they are called: every path is its own id.
 *
 * @throws (its `read`) VlPetError "data" when a file cannot be read, holds several images, or has features of another
 * width than the model takes.
 */
export function shownFiles(kind: ShownKind, { encode, width }: SessionReading): FeatureSource {
  return {
    describe: kind === "photo" ? "photos" : "files of features",
    read: (file) => (kind === "photo" ? encode(file) : onlyFeatures(file, width)),
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
