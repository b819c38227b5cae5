import { visualLayout, type VisualLayout } from "../backbones/index.ts";
import { resampledClip, type Features } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import type { Example } from "../tasks/index.ts";
import { encodedRows } from "./image-encoder.ts";
import type { Reader, TaskData, VisualSettings } from "./task-data.ts";

/** What some examples show, as numbers. */
export interface VisualInputs {
  readonly visual: VisualLayout;
  /** [B, images·rows, F], or pixels [B·images, 3, S, S]. */
  readonly features: Float32Array;
  /** S, where `features` are pixels. */
  readonly imageSize?: number;
  /** [B, images·rows, 4] as `Features.boxes` has them; null = all zero. */
  readonly boxes: Float32Array | null;
  readonly visualCounts?: readonly number[];
}

interface Read {
  readonly id: string;
  readonly found: Features;
}

/** Reads the features of some examples' images, or of their clips brought to the model's number of frames. */
export async function visualInputs(
  reader: Reader,
  data: TaskData,
  examples: readonly Example[],
): Promise<VisualInputs> {
  const ids = examples.flatMap(({ images }) => images);
  const read = await Promise.all(ids.map(async (id) => ({ id, found: await data.features.read(id) })));
  const width = reader.model.backbone.sizes.featureWidth;
  if (data.split.form.visual === "clip") return clipInputs(reader.visual, data, read, width);
  const images = examples[0]?.images.length ?? 0;
  const { imageEncoder = null } = reader.model.config;
  const rows = imageEncoder === null ? (read[0]?.found.rows ?? 0) : encodedRows(imageEncoder).rows;
  const { regions } = reader.visual;
  const pool = regions === null || images === 0 || rows === 1 ? null : { regions };
  const visual = visualLayout(images, rows, pool);
  if (imageEncoder === null) return { visual, ...joined(data, read, width) };
  const { imageSize } = imageEncoder;
  return { visual, ...joined(data, read, imageSize ** 2), imageSize };
}

function clipInputs(
  { frames, padding }: VisualSettings,
  data: TaskData,
  read: readonly Read[],
  width: number,
): VisualInputs {
  const clips = read.map(({ id, found }) => ({ id, found: resampledClip(found, frames) }));
  const visual = visualLayout(1, frames, null);
  const inputs = { visual, ...joined(data, clips, width) };
  if (padding === "attended") return inputs;
  return { ...inputs, visualCounts: read.map(({ found }) => Math.min(found.rows, frames)) };
}

/** Features and boxes one behind the other. @throws VlPetError "data" when they are not all of one shape. */
function joined({ features }: TaskData, read: readonly Read[], width: number) {
  const rows = read[0]?.found.rows ?? 0;
  const values = new Float32Array(read.length * rows * width);
  read.forEach(({ id, found }, i) => {
    if (found.width !== width || found.rows !== rows) {
      const isWide = found.width !== width;
      throw new VlPetError("data", "the features of an image do not fit the model and the batch", {
        where: `${id} (${features.describe})`,
        expected: `${rows} rows of width ${width}`,
        received: `${found.rows} rows of width ${found.width}`,
        fix: isWide
          ? "extract all features in the same way, and set backbone.featureWidth to their width"
          : "extract this image again: all images of a task need as many rows; --skip-bad leaves it out",
      });
    }
    values.set(found.values, i * rows * width);
  });
  return { features: values, boxes: joinedBoxes(read) };
}

/** Boxes one behind the other, zeros for images that have none; null where none has. */
function joinedBoxes(read: readonly Read[]): Float32Array | null {
  if (read.every(({ found }) => found.boxes === undefined)) return null;
  const boxes = new Float32Array(read.reduce((sum, { found }) => sum + found.rows * 4, 0));
  let at = 0;
  for (const { found } of read) {
    if (found.boxes !== undefined) boxes.set(found.boxes, at);
    at += found.rows * 4;
  }
  return boxes;
}
