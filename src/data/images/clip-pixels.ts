import { resizedBicubic, type Pixels } from "./bicubic.ts";

/**
 * How a picture comes to be a square: "stretch" resizes it to the square whatever its proportions (the original's
 * features of images); "crop" resizes its shorter side and takes the middle (CLIP's own way, and that of video frames).
 */
export const FITS = ["stretch", "crop"] as const;
export type Fit = (typeof FITS)[number];

const MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
/** The video extractor adds 10⁻⁸ to these, which float32 does not notice. */
const DEVIATION = [0.26862954, 0.26130258, 0.27577711] as const;

const CHANNELS = MEAN.length;

/** What becomes of each byte of each channel, with float32 rounding after every step, as tensors have it. */
const NORMALIZED: readonly Float32Array[] = MEAN.map((mean, channel) => {
  const deviation = Math.fround(DEVIATION[channel] ?? 1);
  return Float32Array.from({ length: 256 }, (_, byte) => {
    const centred = Math.fround(Math.fround(byte / 255) - Math.fround(mean));
    return centred / deviation;
  });
});

/** An RGB picture as a square of `side` pixels. */
export function squarePixels(picture: Pixels, side: number, fit: Fit): Pixels {
  if (fit === "stretch") return resizedBicubic(picture, side, side);
  const shorter = Math.min(picture.width, picture.height);
  const resized = (length: number): number => Math.trunc((side * length) / shorter);
  return middle(resizedBicubic(picture, resized(picture.width), resized(picture.height)), side);
}

/** Halves of odd margins, to the even neighbour, as torchvision's crop has them in Python. */
function marginOf(length: number, side: number): number {
  const margin = (length - side) / 2;
  const below = Math.floor(margin);
  return margin - below === 0.5 && below % 2 !== 0 ? below + 1 : below;
}

function middle({ width, height, data }: Pixels, side: number): Pixels {
  const [left, top] = [marginOf(width, side), marginOf(height, side)];
  const cut = new Uint8Array(side * side * CHANNELS);
  for (let row = 0; row < side; row++) {
    const first = ((top + row) * width + left) * CHANNELS;
    cut.set(data.subarray(first, first + side * CHANNELS), row * side * CHANNELS);
  }
  return { width: side, height: side, data: cut };
}

/**
 * Normalises an RGB picture for CLIP: (p/255 − mean)/deviation of each channel, [3, H, W], into `into` from `at` on.
 * There must be room for it.
 */
export function normalizeInto({ width, height, data }: Pixels, into: Float32Array, at: number): void {
  const area = width * height;
  for (let channel = 0; channel < CHANNELS; channel++) {
    const table = NORMALIZED[channel] ?? NORMALIZED[0] ?? new Float32Array();
    const start = at + channel * area;
    for (let i = 0; i < area; i++) into[start + i] = table[data[i * CHANNELS + channel] ?? 0] ?? 0;
  }
}
