import { VlPetError } from "../../error.ts";
import type { Fit } from "../../data/images/clip-pixels.ts";
import { pictureFolder, type PictureFolder, type PictureKind } from "../../data/images/picture-folder.ts";
import type { Precision } from "../../data/precision.ts";
import type { Positions, RowShape, VisionOutput } from "../../vision/index.ts";
import { weightsFingerprint } from "../adapter-folder.ts";
import { visionSession, type VisionSession } from "../vision-session.ts";
import { extractClips } from "./extract-clips.ts";
import { extractPhotos } from "./extract-photos.ts";
import type { ExtractionReport } from "./extraction.ts";
import { keepRecord } from "./extraction-record.ts";

export interface FeatureExtraction {
  /** The folder of photos, of videos, or of folders of frames. */
  readonly input: string;
  /** The weights of CLIP's image encoder: see `visionSession`. */
  readonly model: string;
  readonly output: string;
  /** What of `input` is meant; null = what there is. */
  readonly kind?: PictureKind | null;
  /** Default: the grid of photos, the pooled row of each frame of clips. */
  readonly rows?: VisionOutput | null;
  /** Default: photos are stretched to a square, as in the original; frames are cropped. */
  readonly fit?: Fit | null;
  /** Default: float32 for photos, float16 for clips, as the original's readers and those of VALUE expect them. */
  readonly precision?: Precision | null;
  readonly positions?: Positions;
  readonly imageSize?: number | null;
  readonly batchSize?: number;
  readonly threads?: number;
  readonly ffmpeg?: string;
  readonly skipBad?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface ExtractedFeatures extends ExtractionReport {
  readonly kind: PictureKind;
  /** Of one image or frame. */
  readonly shape: RowShape;
  readonly imageSize: number;
  readonly precision: Precision;
}

/** Settings that depend on what the pictures are. */
function usual(kind: PictureKind): { rows: VisionOutput; fit: Fit; precision: Precision } {
  if (kind === "photos") return { rows: "grid", fit: "stretch", precision: "float32" };
  return { rows: "pooled", fit: "crop", precision: "float16" };
}

interface Settings extends Required<Pick<FeatureExtraction, "positions">> {
  readonly rows: VisionOutput;
  readonly fit: Fit;
  readonly precision: Precision;
}

function settingsOf({ rows, fit, precision, positions }: FeatureExtraction, kind: PictureKind): Settings {
  const own = usual(kind);
  if (kind === "videos" && fit === "stretch") {
    throw new VlPetError("config", "the frames of videos are always cropped, by their decoder", {
      where: "fit",
      expected: "crop",
      received: fit,
      fix: "leave it out, or sample the frames yourself and give folders of them",
    });
  }
  return {
    rows: rows ?? own.rows,
    fit: fit ?? own.fit,
    precision: precision ?? own.precision,
    positions: positions ?? "learned",
  };
}

/** Opens the encoder and sees that the output folder takes what it makes. */
async function opened(
  { model, output, imageSize = null, threads }: FeatureExtraction,
  { rows, fit, precision, positions }: Settings,
  kind: PictureKind,
): Promise<VisionSession> {
  const request = { file: model, output: rows, imageSize, positions };
  const session = await visionSession(threads === undefined ? request : { ...request, threads });
  try {
    await keepRecord(output, {
      format: "vl-pet-extraction/1",
      model: await weightsFingerprint(model),
      encoder: session.config.name,
      rows,
      positions,
      imageSize: session.imageSize,
      kind,
      fit,
      precision,
    });
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/**
 * Turns a folder of photos, videos or frames into files of features, one a picture: HDF5 for photos, NPZ for clips. Files
 * that are there already are left alone, so that a stopped extraction goes on with the same call.
 *
 * @throws VlPetError "data" for pictures that cannot be read (unless skipped), "checkpoint" for weights that are no image
 * encoder's, "config" for settings that do not fit the pictures, the encoder or what lies in the output folder.
 * @example
 * await extractFeatures({ input: "COCO/images/val2014", model: "RN101.pt", output: "features/data_clip_RN101_att" });
 */
export async function extractFeatures(request: FeatureExtraction): Promise<ExtractedFeatures> {
  const folder = await pictureFolder(request.input, request.kind ?? null);
  const settings = settingsOf(request, folder.kind);
  const session = await opened(request, settings, folder.kind);
  try {
    const report = await extracted(request, settings, folder, session);
    const { shape, imageSize } = session;
    return { ...report, kind: folder.kind, shape, imageSize, precision: settings.precision };
  } finally {
    await session.close();
  }
}

function extracted(
  request: FeatureExtraction,
  { fit, precision }: Settings,
  { kind, pictures }: PictureFolder,
  session: VisionSession,
): Promise<ExtractionReport> {
  const { output, batchSize = 8, skipBad = false, ffmpeg = "ffmpeg", signal } = request;
  const onProgress = request.onProgress ?? (() => undefined);
  const common = { session, pictures, output, fit, precision, batchSize, skipBad, onProgress };
  const work = signal === undefined ? common : { ...common, signal };
  return kind === "photos" ? extractPhotos(work) : extractClips({ ...work, kind, ffmpeg });
}
