import { VlPetError } from "../error.ts";
import type { Features, StoredFeatures } from "./feature-source.ts";
import { firstNonFiniteWord, float16Value } from "./float16.ts";

interface Shape {
  readonly rows: number;
  readonly width: number;
  /** Values that there are. */
  readonly length: number;
}

/**
 * Gives `features` back if they fill their shape, have the wanted `width` (any, if undefined) and hold numbers only.
 *
 * @throws VlPetError "data" naming the image, the file and the first offending value.
 */
export function checkedFeatures(
  features: Features,
  imageId: string,
  file: string,
  width: number | undefined,
): Features {
  const { values } = features;
  checkShape({ ...features, length: values.length }, imageId, file, width);
  if (!areFinite(values)) throw badValue(values, features.width, imageId, file);
  return features;
}

/** As `checkedFeatures`, for features as they are stored. */
export function checkedStored(
  stored: StoredFeatures,
  imageId: string,
  file: string,
  width: number | undefined,
): StoredFeatures {
  const { words } = stored;
  checkShape({ ...stored, length: words.length }, imageId, file, width);
  if (words instanceof Float32Array) {
    if (!areFinite(words)) throw badValue(words, stored.width, imageId, file);
  } else if (firstNonFiniteWord(words) !== -1) {
    throw badValue(Float32Array.from(words, float16Value), stored.width, imageId, file);
  }
  return stored;
}

/** @throws VlPetError "data" when the features have another width than wanted or do not fill their shape. */
export function checkShape(shape: Shape, imageId: string, file: string, width: number | undefined): void {
  if (width !== undefined && shape.width !== width) {
    throw new VlPetError("data", `the features of image ${imageId} have the wrong width`, {
      where: file,
      expected: String(width),
      received: String(shape.width),
      fix: "use the features the model was configured for, or set the feature width of the model to theirs",
    });
  }
  if (shape.rows < 1 || shape.length !== shape.rows * shape.width) {
    throw new VlPetError("data", `the features of image ${imageId} do not fill their shape`, {
      where: file,
      expected: `${shape.rows} × ${shape.width} values, at least one`,
      received: `${shape.length} values`,
      fix: "extract the features of this image again",
    });
  }
}

/** The error about the first value that is no number. */
export function badValue(values: Float32Array, width: number, imageId: string, file: string): VlPetError {
  const index = values.findIndex((value) => !Number.isFinite(value));
  return new VlPetError("data", `the features of image ${imageId} hold a value that is no number`, {
    where: `${file}, row ${Math.floor(index / width)}, channel ${index % width}`,
    expected: "finite values",
    received: String(values[index]),
    fix: "extract the features of this image again",
  });
}

/**
 * float32 values cannot overflow a float64 sum: it is finite exactly if all of them are. Four sums, because each
 * addition would otherwise wait for the one before it.
 */
function areFinite(values: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i += 4) {
    a += values[i] ?? 0;
    b += values[i + 1] ?? 0;
    c += values[i + 2] ?? 0;
    d += values[i + 3] ?? 0;
  }
  return Number.isFinite(a + b + c + d);
}
