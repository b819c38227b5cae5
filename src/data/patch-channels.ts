/**
 * The pixel activations behind {@link patchFeatures}: each pixel says how much it is of each colour and how strong an
 * edge of each direction passes through it. All are non-negative, so the maximum over neighbouring cells keeps its
 * meaning ("somewhere here is red"). Activations are summed over small square blocks as they are made.
 */

/** Pixels a side of the square that is encoded. */
export const SIDE = 112;
/** Pixels a side of a block. */
export const BLOCK = 4;
/** Blocks a side. */
export const BLOCKS = SIDE / BLOCK;

/** Hue bins, evenly round the colour circle from red. */
export const HUES = 12;
/** Hues, then white, grey and black. */
export const COLOR_CHANNELS = HUES + 3;
/** Directions of the gradient from 0 to 360 degrees: which side is the brighter one tells a left edge from a right. */
export const EDGE_CHANNELS = 16;
/** Colours, edges, and one channel for corners. */
export const CHANNELS = COLOR_CHANNELS + EDGE_CHANNELS + 1;

/** Chroma (0…1) below the first value is no colour at all, above the second is full colour. */
const CHROMA_RAMP = [0.12, 0.35] as const;
/** Lightness (0…1) ramps from black to grey and from grey to white. */
const BLACK_RAMP = [0.15, 0.45] as const;
const WHITE_RAMP = [0.55, 0.85] as const;
/** Intensity differences (0…1) across two pixels that count as noise. */
const FLAT = 0.06;

/** Sums of the activations over blocks: [BLOCKS, BLOCKS, CHANNELS]. */
export type BlockSums = Float32Array;

/** Sums the pixel activations of an RGB image ([SIDE, SIDE, 3] bytes) over its blocks. */
export function blockSums(rgb: Uint8Array): BlockSums {
  const sums = new Float32Array(BLOCKS * BLOCKS * CHANNELS);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) addColor(sums, blockIndex(x, y) * CHANNELS, rgb, 3 * (y * SIDE + x));
  }
  addEdges(sums, gradients(rgb));
  return sums;
}

function blockIndex(x: number, y: number): number {
  return Math.floor(y / BLOCK) * BLOCKS + Math.floor(x / BLOCK);
}

/** 0 below the ramp, 1 above it, smooth between. */
function rise(value: number, [low, high]: readonly [number, number]): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Shares one pixel out over its two nearest hues, white, grey and black; the shares sum to 1. */
function addColor(sums: BlockSums, block: number, rgb: Uint8Array, pixel: number): void {
  const red = (rgb[pixel] ?? 0) / 255;
  const green = (rgb[pixel + 1] ?? 0) / 255;
  const blue = (rgb[pixel + 2] ?? 0) / 255;
  const high = Math.max(red, green, blue);
  const low = Math.min(red, green, blue);
  const colored = rise(high - low, CHROMA_RAMP);
  if (colored > 0) {
    const hue = hueOf(red, green, blue, high, high - low);
    share(sums, block, hue * HUES, HUES, colored);
  }
  const lightness = (high + low) / 2;
  const plain = 1 - colored;
  const white = plain * rise(lightness, WHITE_RAMP);
  const black = plain * (1 - rise(lightness, BLACK_RAMP));
  add(sums, block + HUES, white);
  add(sums, block + HUES + 1, Math.max(0, plain - white - black));
  add(sums, block + HUES + 2, black);
}

/** Hue in [0, 1), red at 0 (the hexagonal hue of HSV). */
function hueOf(red: number, green: number, blue: number, high: number, chroma: number): number {
  if (high === red) return (((green - blue) / chroma + 6) % 6) / 6;
  if (high === green) return ((blue - red) / chroma + 2) / 6;
  return ((red - green) / chroma + 4) / 6;
}

function add(sums: Float32Array, index: number, amount: number): void {
  sums[index] = (sums[index] ?? 0) + amount;
}

/** Splits `amount` between the two of `bins` circular bins nearest to `position`. */
function share(sums: BlockSums, first: number, position: number, bins: number, amount: number): void {
  const bin = Math.floor(position);
  const toNext = position - bin;
  add(sums, first + (bin % bins), amount * (1 - toNext));
  add(sums, first + ((bin + 1) % bins), amount * toNext);
}

interface Gradients {
  /** [SIDE, SIDE] each. */
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Central differences of the colour channel that changes most at each pixel, as HOG does; edges repeat outwards. */
function gradients(rgb: Uint8Array): Gradients {
  const out = { x: new Float32Array(SIDE * SIDE), y: new Float32Array(SIDE * SIDE) };
  for (let y = 0; y < SIDE; y++) {
    const up = Math.max(0, y - 1) * SIDE;
    const down = Math.min(SIDE - 1, y + 1) * SIDE;
    for (let x = 0; x < SIDE; x++) {
      const left = y * SIDE + Math.max(0, x - 1);
      const right = y * SIDE + Math.min(SIDE - 1, x + 1);
      let strongest = 0;
      for (let channel = 0; channel < 3; channel++) {
        const dx = (rgb[3 * right + channel] ?? 0) - (rgb[3 * left + channel] ?? 0);
        const dy = (rgb[3 * (down + x) + channel] ?? 0) - (rgb[3 * (up + x) + channel] ?? 0);
        const strength = dx * dx + dy * dy;
        if (strength <= strongest) continue;
        strongest = strength;
        out.x[y * SIDE + x] = dx / 255;
        out.y[y * SIDE + x] = dy / 255;
      }
    }
  }
  return out;
}

/** Adds each pixel's edge to its direction, and each block's corner measure. */
function addEdges(sums: BlockSums, gradient: Gradients): void {
  const tensors = new Float32Array(BLOCKS * BLOCKS * 3);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const dx = gradient.x[y * SIDE + x] ?? 0;
      const dy = gradient.y[y * SIDE + x] ?? 0;
      const strength = Math.sqrt(dx * dx + dy * dy);
      if (strength < FLAT) continue;
      const turn = (Math.atan2(dy, dx) / (2 * Math.PI) + 1) % 1;
      const block = blockIndex(x, y);
      share(sums, block * CHANNELS + COLOR_CHANNELS, turn * EDGE_CHANNELS, EDGE_CHANNELS, strength);
      add(tensors, 3 * block, dx * dx);
      add(tensors, 3 * block + 1, dy * dy);
      add(tensors, 3 * block + 2, dx * dy);
    }
  }
  for (let block = 0; block < BLOCKS * BLOCKS; block++) {
    add(sums, (block + 1) * CHANNELS - 1, cornerMeasure(tensors, 3 * block));
  }
}

/** The smaller eigenvalue of a structure tensor (Shi and Tomasi 1994): large where edges of two directions meet. */
function cornerMeasure(tensors: Float32Array, at: number): number {
  const xx = tensors[at] ?? 0;
  const yy = tensors[at + 1] ?? 0;
  const xy = tensors[at + 2] ?? 0;
  const half = (xx - yy) / 2;
  return Math.max(0, (xx + yy) / 2 - Math.sqrt(half * half + xy * xy));
}
