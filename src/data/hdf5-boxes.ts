import { VlPetError } from "../error.ts";
import { datasetNumbers, type OpenHdf5 } from "./hdf5-dataset.ts";

/** How far a box may reach beyond its image by rounding. */
const MARGIN = 1e-5;

/**
 * The boxes of an image's regions, `/<imageId>/boxes` [rows, 4] in pixels (x1, y1, x2, y2), divided by `img_w` and
 * `img_h` and cut to 0…1 (spec: datasets §16).
 *
 * @throws VlPetError "data" when one of the three is missing or of another shape, or a box lies outside its image.
 */
export function normalizedBoxes(hdf5: OpenHdf5, imageId: string, rows: number): Float32Array {
  const boxes = datasetNumbers(hdf5, `/${imageId}/boxes`);
  if (boxes?.shape.length !== 2 || boxes.shape[0] !== rows || boxes.shape[1] !== 4) {
    throw new VlPetError("data", `the boxes of image ${imageId} are missing or have another shape`, {
      where: `${hdf5.file}, dataset /${imageId}/boxes`,
      expected: `[${rows}, 4], one box for each row of features`,
      received: boxes === undefined ? "no dataset of numbers" : `[${boxes.shape.join(", ")}]`,
      fix: "extract the features of this image again",
    });
  }
  const size = [imageSize(hdf5, imageId, "img_w"), imageSize(hdf5, imageId, "img_h")] as const;
  return Float32Array.from(boxes.values, (value, i) => {
    const part = Math.fround(value / size[i % 2 === 0 ? 0 : 1]);
    if (part > -MARGIN && part < 1 + MARGIN) return Math.min(1, Math.max(0, part));
    throw new VlPetError("data", `a box of image ${imageId} lies outside the image`, {
      where: `${hdf5.file}, dataset /${imageId}/boxes, row ${Math.floor(i / 4)}`,
      expected: `corners within ${size.join(" × ")} pixels`,
      received: `(${boxes.values.slice(i - (i % 4), i - (i % 4) + 4).join(", ")})`,
      fix: "check img_w and img_h, or extract the features of this image again",
    });
  });
}

function imageSize(hdf5: OpenHdf5, imageId: string, name: "img_w" | "img_h"): number {
  const [size] = datasetNumbers(hdf5, `/${imageId}/${name}`)?.values ?? [];
  if (size !== undefined && size > 0) return size;
  throw new VlPetError("data", `the boxes of image ${imageId} cannot be put in proportion to it`, {
    where: `${hdf5.file}, dataset /${imageId}/${name}`,
    expected: "the image's size in pixels",
    received: size === undefined ? "no dataset of numbers" : String(size),
    fix: "extract the features of this image again with img_w and img_h",
  });
}
