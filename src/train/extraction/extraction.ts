import type { Fit } from "../../data/images/clip-pixels.ts";
import type { Picture } from "../../data/images/picture-folder.ts";
import type { Precision } from "../../data/precision.ts";
import type { VisionSession } from "../vision-session.ts";

/** What is asked of an extraction, whatever the pictures are. */
export interface ExtractionRequest {
  readonly session: VisionSession;
  readonly pictures: readonly Picture[];
  /** The folder of the files, one a picture; those that are there already are left alone. */
  readonly output: string;
  readonly fit: Fit;
  readonly precision: Precision;
  /** Images that are encoded at once. */
  readonly batchSize: number;
  /** Leaves out what cannot be read, and says so in the report; otherwise it is an error. */
  readonly skipBad: boolean;
  /** The first call tells how many there are to do; there is none where everything is there. */
  readonly onProgress: (done: number, total: number) => void;
  /** Once aborted, nothing further is begun, and its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** A picture that could not be read, and why. */
export interface BadPicture {
  readonly path: string;
  readonly reason: string;
}

export interface ExtractionReport {
  readonly written: number;
  /** Pictures whose files were there already. */
  readonly present: number;
  readonly bad: readonly BadPicture[];
  /** Photos and frames whose files end too early: what there is of them was used. */
  readonly cutShort: readonly string[];
}
