import { VlPetError } from "../error.ts";
import { FEATURE_FORMATS, formatsAt, type OpenOptions } from "./feature-formats.ts";
import { type FeaturePlace, featurePlace } from "./feature-place.ts";
import type { FeatureSource, ListedSource } from "./feature-source.ts";

export type { FeatureSource } from "./feature-source.ts";

/**
 * The source that fits what lies at `path`, a folder or a file: any of `FEATURE_FORMATS`. Photos need `encode`.
 *
 * @throws VlPetError "data" when there are files of no format or of several, or they cannot be read; "config" when
 * photos come without `encode`.
 * @example
 * const source = await openFeatures("COCO/clip_features/data_clip_RN101_att", { width: 2048 });
 * const { rows, values } = await source.read("COCO_val2014_000000000042"); // 49 rows
 */
export async function openFeatures(path: string, options: OpenOptions = {}): Promise<ListedSource> {
  const place = await featurePlace(path);
  const [format, ...others] = await formatsAt(place);
  if (format !== undefined && others.length === 0) return format.open(place, options);
  if (format === undefined) throw unknownFormat(place);
  throw new VlPetError("data", "it is unclear what to read from this folder", {
    where: path,
    expected: "files of one format",
    received: [format, ...others].map(({ label }) => label).join(" and "),
    fix: "keep features and photos in folders of their own, or name a file",
  });
}

function unknownFormat({ path, names, isFile }: FeaturePlace): VlPetError {
  const labels = new Set(Object.values(FEATURE_FORMATS).map(({ label }) => label));
  return new VlPetError("data", "there are no features here in a format that is known", {
    where: path,
    expected: [...labels].join(", "),
    received: isFile ? `the file ${names.join("")}` : `none, among ${names.length} files`,
    fix: "name the folder or the file that holds the features",
  });
}

/**
 * Checks up front that every image is there.
 *
 * @throws VlPetError "data" with the first missing ids and their number.
 */
export async function requireImages(source: FeatureSource, imageIds: Iterable<string>): Promise<void> {
  const missing = await source.missing(imageIds);
  if (missing.length === 0) return;
  const first = missing.slice(0, 5).join(", ");
  const count = missing.length === 1 ? "an image" : `${missing.length} images`;
  throw new VlPetError("data", `the annotations name ${count} that cannot be found`, {
    where: source.describe,
    received: missing.length > 5 ? `no ${first}, …` : `no ${first}`,
    fix: "name the right folder, extract the missing features, or use annotations of these images only",
  });
}
