import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { VlPetError } from "../../error.ts";
import { readJson, replaceFile } from "../../data/index.ts";
import { FITS } from "../../data/images/clip-pixels.ts";
import { PICTURE_KINDS } from "../../data/images/picture-folder.ts";
import { PRECISIONS } from "../../data/precision.ts";

/** The file beside the features that says how they were made. */
export const EXTRACTION_RECORD = "extraction.json";

/** All that decides the numbers in a folder of features. */
export const ExtractionRecord = v.strictObject({
  format: v.literal("vl-pet-extraction/1"),
  /** Of the encoder's weights. */
  model: v.string(),
  encoder: v.string(),
  rows: v.picklist(["grid", "tokens", "pooled"]),
  positions: v.picklist(["learned", "zero"]),
  /** Pixels a side. */
  imageSize: v.number(),
  kind: v.picklist(PICTURE_KINDS),
  fit: v.picklist(FITS),
  precision: v.picklist(PRECISIONS),
});
export type ExtractionRecord = v.InferOutput<typeof ExtractionRecord>;

/**
 * Leaves the record in the folder, or compares it with the one that an earlier run left there.
 *
 * @throws VlPetError "config" when that one made other features.
 */
export async function keepRecord(folder: string, record: ExtractionRecord): Promise<void> {
  const file = join(folder, EXTRACTION_RECORD);
  if (!existsSync(file)) {
    await mkdir(folder, { recursive: true });
    await replaceFile(file, `${JSON.stringify(record, null, 2)}\n`);
    return;
  }
  const before = await readJson(file, ExtractionRecord);
  const keys = Object.keys(ExtractionRecord.entries) as (keyof ExtractionRecord)[];
  const other = keys.filter((key) => before[key] !== record[key]);
  if (other.length === 0) return;
  const text = (one: ExtractionRecord): string => other.map((key) => `${key} ${one[key]}`).join(", ");
  throw new VlPetError("config", "the folder holds features that were made otherwise", {
    where: folder,
    expected: text(record),
    received: text(before),
    fix: "choose another output folder, or the settings of that extraction",
  });
}
