import { join } from "node:path";
import { writeFeatures } from "../../data/hdf5.ts";
import { normalizeInto, squarePixels } from "../../data/images/clip-pixels.ts";
import type { Picture } from "../../data/images/picture-folder.ts";
import { readPhoto } from "../../data/images/read-photo.ts";
import { ahead } from "../ahead.ts";
import type { BadPicture, ExtractionReport, ExtractionRequest } from "./extraction.ts";
import { badPicture, pendingPictures } from "./pending-pictures.ts";

/** Photos ready to be encoded together. */
interface PhotoBatch {
  /** [photos, 3, S, S] */
  readonly pixels: Float32Array;
  readonly ids: readonly string[];
  readonly bad: readonly BadPicture[];
  readonly cutShort: readonly string[];
}

/** Reads photos side by side into one array, the good ones first to last. */
async function photoBatch(request: ExtractionRequest, pictures: readonly Picture[]): Promise<PhotoBatch> {
  const { session, fit } = request;
  const size = 3 * session.imageSize ** 2;
  const bad: BadPicture[] = [];
  const read = await Promise.all(
    pictures.map(async ({ id, path }) => {
      try {
        const { pixels, isCutShort } = await readPhoto(path);
        return { id, path, isCutShort, square: squarePixels(pixels, session.imageSize, fit) };
      } catch (error) {
        bad.push(badPicture(path, error, request));
        return null;
      }
    }),
  );
  const good = read.filter((photo) => photo !== null);
  const pixels = new Float32Array(good.length * size);
  good.forEach(({ square }, i) => normalizeInto(square, pixels, i * size));
  return {
    pixels,
    ids: good.map(({ id }) => id),
    bad,
    cutShort: good.filter(({ isCutShort }) => isCutShort).map(({ path }) => path),
  };
}

async function writeRows(request: ExtractionRequest, ids: readonly string[], rows: Float32Array) {
  const { output, precision, session } = request;
  const { shape } = session;
  const size = shape.rows * shape.width;
  for (const [i, id] of ids.entries()) {
    const features = { ...shape, values: rows.slice(i * size, (i + 1) * size) };
    await writeFeatures(join(output, `${id}.h5`), id, features, precision);
  }
}

/**
 * Encodes photos and writes one HDF5 file each, `<id>.h5` with the dataset `/<id>/features` [rows, width], as the
 * original lays them out. The next photos are read while some are encoded. A run that was stopped goes on where it was:
 * a file is there whole or not at all.
 *
 * @throws VlPetError "data" for a photo that cannot be read, unless such are skipped; the signal's reason when aborted.
 */
export async function extractPhotos(request: ExtractionRequest): Promise<ExtractionReport> {
  const { session, pictures, batchSize, onProgress, signal } = request;
  const pending = await pendingPictures(request, ".h5");
  const report = { written: 0, present: pictures.length - pending.length };
  const bad: BadPicture[] = [];
  const cutShort: string[] = [];
  if (pending.length > 0) onProgress(0, pending.length);
  const end = Math.ceil(pending.length / batchSize);
  const make = (index: number): Promise<PhotoBatch> =>
    photoBatch(request, pending.slice(index * batchSize, (index + 1) * batchSize));
  const batches = ahead(make, { start: 0, end, depth: 1 });
  for (let index = 0; index < end; index++) {
    signal?.throwIfAborted();
    const batch = await batches.next();
    bad.push(...batch.bad);
    cutShort.push(...batch.cutShort);
    if (batch.ids.length > 0) await writeRows(request, batch.ids, await session.encode(batch.pixels));
    report.written += batch.ids.length;
    onProgress(report.written + bad.length, pending.length);
  }
  return { ...report, bad, cutShort };
}
