import sharp from "sharp";
import { VlPetError } from "../../error.ts";
import type { Pixels } from "./bicubic.ts";

export interface Photo {
  readonly pixels: Pixels;
  /** Whether the file ends too early; what is missing is grey or whatever the decoder makes of it. */
  readonly isCutShort: boolean;
}

/**
 * The stored pixels of a photo, as PIL's `open(file).convert("RGB")` gives them: no rotation by EXIF, no colour profile,
 * no background behind transparent places.
 *
 * @param file - a path, or the bytes of an image file, in any format that sharp reads
 * @throws VlPetError "data" when the file is missing or no picture.
 */
export async function readPhoto(file: string | Uint8Array): Promise<Photo> {
  try {
    return { pixels: await decoded(file, "truncated"), isCutShort: false };
  } catch (strict) {
    try {
      return { pixels: await decoded(file, "none"), isCutShort: true };
    } catch {
      throw unreadable(file, strict);
    }
  }
}

async function decoded(file: string | Uint8Array, failOn: "truncated" | "none"): Promise<Pixels> {
  const { data, info } = await sharp(file, { failOn, ignoreIcc: true })
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3) throw new Error(`${channels} channels`);
  return { width, height, data };
}

function unreadable(file: string | Uint8Array, cause: unknown): VlPetError {
  return new VlPetError("data", "the picture cannot be read", {
    where: typeof file === "string" ? file : `a picture of ${file.length} bytes`,
    expected: "an image file, such as JPEG or PNG",
    received: cause instanceof Error ? cause.message : String(cause),
    fix: "check the path, convert the picture, or leave it out",
    cause,
  });
}
