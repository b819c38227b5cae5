import { join } from "node:path";
import { VlPetError } from "../../error.ts";
import type { Pixels } from "../../data/images/bicubic.ts";
import { normalizeInto, squarePixels } from "../../data/images/clip-pixels.ts";
import { frameFiles, type Picture, type PictureKind } from "../../data/images/picture-folder.ts";
import { readPhoto } from "../../data/images/read-photo.ts";
import { videoFrames } from "../../data/images/video-frames.ts";
import { writeNpz } from "../../data/write-npz.ts";
import type { VisionSession } from "../vision-session.ts";
import type { BadPicture, ExtractionReport, ExtractionRequest } from "./extraction.ts";
import { badPicture, pendingPictures } from "./pending-pictures.ts";

export interface ClipRequest extends ExtractionRequest {
  /** Whether each clip is a video or a folder of its frames. */
  readonly kind: Exclude<PictureKind, "photos">;
  /** The program that decodes videos. */
  readonly ffmpeg: string;
}

/** A request, and the frames found so far whose files end too early. */
interface Work extends ClipRequest {
  readonly cutShort: string[];
}

/** The frames of a clip as squares. Videos are always cropped, by their decoder. */
async function* clipFrames({ path }: Picture, request: Work): AsyncGenerator<Pixels> {
  const side = request.session.imageSize;
  if (request.kind === "videos") {
    yield* videoFrames(path, { side, ffmpeg: request.ffmpeg });
    return;
  }
  for (const file of await frameFiles(path)) {
    const { pixels, isCutShort } = await readPhoto(file);
    if (isCutShort) request.cutShort.push(file);
    yield squarePixels(pixels, side, request.fit);
  }
}

/** Frames ready to be encoded together, [frames, 3, S, S]; the last ones of a clip may be fewer. */
async function* frameBatches(clip: Picture, request: Work): AsyncGenerator<Float32Array> {
  const size = 3 * request.session.imageSize ** 2;
  let pixels = new Float32Array(request.batchSize * size);
  let filled = 0;
  for await (const frame of clipFrames(clip, request)) {
    normalizeInto(frame, pixels, filled * size);
    filled++;
    if (filled < request.batchSize) continue;
    yield pixels;
    pixels = new Float32Array(request.batchSize * size);
    filled = 0;
  }
  if (filled > 0) yield pixels.slice(0, filled * size);
}

/** The values of a sequence, each made while the one before it is in use. */
async function* oneAhead<T>(values: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    let coming = values.next();
    for (;;) {
      const { done, value } = await coming;
      if (done === true) return;
      coming = values.next();
      coming.catch(() => undefined); // it is reported when its turn comes
      yield value;
    }
  } finally {
    await values.return(undefined);
  }
}

/** A failure of reading a clip, told apart from those of encoding it. */
interface Failure {
  readonly error: unknown;
}

/** The vectors of a clip's frames, one behind the other; or why it cannot be read. */
async function encodedClip(clip: Picture, request: Work): Promise<readonly Float32Array[] | Failure> {
  const rows: Float32Array[] = [];
  const batches = oneAhead(frameBatches(clip, request));
  try {
    for (;;) {
      let next;
      try {
        next = await batches.next();
      } catch (error) {
        request.signal?.throwIfAborted(); // Ctrl-C reaches the decoder, too
        return { error };
      }
      if (next.done === true) return rows;
      request.signal?.throwIfAborted();
      rows.push(await request.session.encode(next.value));
    }
  } finally {
    await batches.return(undefined);
  }
}

async function writeClip(
  { id }: Picture,
  { output, session, precision }: ClipRequest,
  parts: readonly Float32Array[],
) {
  const { width } = session.shape;
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  await writeNpz(join(output, `${id}.npz`), { rows: values.length / width, width, values }, precision);
}

/** Throws kind "config" unless a frame becomes one row. */
function requireOneRow({ shape, config }: VisionSession): void {
  if (shape.rows === 1) return;
  throw new VlPetError("config", "a clip has one row a frame", {
    where: config.name,
    received: `${shape.rows} rows a frame`,
    fix: 'use the encoder\'s pooled output: --rows "pooled"',
  });
}

/**
 * Encodes the frames of clips and writes one NPZ file each, `<id>.npz` with the array `features` [frames, width], as
 * the features of the VALUE benchmark are laid out. A run that was stopped goes on with the first clip that was not
 * finished.
 *
 * @throws VlPetError "data" for a clip that cannot be read, unless such are skipped; "config" when there is no ffmpeg, or
 * the encoder makes several rows of a frame; the signal's reason when aborted.
 */
export async function extractClips(request: ClipRequest): Promise<ExtractionReport> {
  const { session, pictures, onProgress, signal } = request;
  requireOneRow(session);
  const pending = await pendingPictures(request, ".npz");
  const work: Work = { ...request, cutShort: [] };
  const bad: BadPicture[] = [];
  let written = 0;
  if (pending.length > 0) onProgress(0, pending.length);
  for (const clip of pending) {
    signal?.throwIfAborted();
    const made = await encodedClip(clip, work);
    if ("error" in made) {
      bad.push(badPicture(clip.path, made.error, request));
    } else {
      await writeClip(clip, request, made);
      written++;
    }
    onProgress(written + bad.length, pending.length);
  }
  return { written, present: pictures.length - pending.length, bad, cutShort: work.cutShort };
}
