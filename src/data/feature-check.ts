import { VlPetError } from "../error.ts";
import type { Features } from "./hdf5.ts";

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
  const { rows, values } = features;
  if (width !== undefined && features.width !== width) {
    throw new VlPetError("data", `the features of image ${imageId} have the wrong width`, {
      where: file,
      expected: String(width),
      received: String(features.width),
      fix: "use the features the model was configured for, or set the feature width of the model to theirs",
    });
  }
  if (rows < 1 || values.length !== rows * features.width) {
    throw new VlPetError("data", `the features of image ${imageId} do not fill their shape`, {
      where: file,
      expected: `${rows} × ${features.width} values, at least one`,
      received: `${values.length} values`,
      fix: "extract the features of this image again",
    });
  }
  let sum = 0; // float32 values cannot overflow a float64 sum: it is finite exactly if all of them are
  for (const value of values) sum += value;
  if (Number.isFinite(sum)) return features;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw new VlPetError("data", `the features of image ${imageId} hold a value that is no number`, {
    where: `${file}, row ${Math.floor(index / features.width)}, channel ${index % features.width}`,
    expected: "finite values",
    received: String(values[index]),
    fix: "extract the features of this image again",
  });
}
