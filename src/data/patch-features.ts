import sharp from "sharp";

import { VlPetError } from "../error.ts";
import {
  BLOCK,
  BLOCKS,
  blockSums,
  type BlockSums,
  CHANNELS,
  COLOR_CHANNELS,
  EDGE_CHANNELS,
  SIDE,
} from "./patch-channels.ts";

/** Cells a side; a picture gives PATCH_GRID² rows of features, row-major from the top left. */
export const PATCH_GRID = 7;

/**
 * Channels of a patch feature, in order: colours in a wide window (12 hues, white, grey, black), the same in the cell
 * alone, edge energy by direction (16), the share of each direction in that energy (16), corners, all edges, and the
 * cell's row (7) and column (7) as indicators.
 */
export const PATCH_WIDTH = 2 * COLOR_CHANNELS + 2 * EDGE_CHANNELS + 2 + 2 * PATCH_GRID;

/** The first channel of each group of channels, in their order. */
export const PATCH_GROUPS = {
  wideColors: 0,
  cellColors: COLOR_CHANNELS,
  edges: 2 * COLOR_CHANNELS,
  shares: 2 * COLOR_CHANNELS + EDGE_CHANNELS,
  corners: 2 * COLOR_CHANNELS + 2 * EDGE_CHANNELS,
  energy: 2 * COLOR_CHANNELS + 2 * EDGE_CHANNELS + 1,
  positions: PATCH_WIDTH - 2 * PATCH_GRID,
} as const;

const FIRST_POSITION = PATCH_GROUPS.positions;

export interface PatchFeatures {
  readonly rows: number;
  readonly width: number;
  /** [rows, width], all values ≥ 0. */
  readonly values: Float32Array;
}

/** Half the width in pixels of the wide window about a cell's centre: it reaches half a cell into each neighbour. */
const REACH = 16;
/** Half the width of the cell alone. */
const CELL_REACH = SIDE / PATCH_GRID / 2;
/** Added to the edge energy before shares are taken, so that an empty cell has none. */
const QUIET_ENERGY = 0.004;

/** Factors that bring each group of channels to about unit variance over pictures. */
const SCALES = { wide: 10, cell: 9, edges: 25, shares: 9, corners: 25, energy: 8, position: 2.5 } as const;

/**
 * Encodes any picture as 7×7 cells of simple, hand-made features: no network, no weights, the same numbers
 * everywhere. The picture is squeezed to 112×112 pixels; each row describes one 16-pixel cell and the half cell about
 * it, by how much of it each colour covers and by a histogram of gradient directions (in the manner of HOG, Dalal and
 * Triggs 2005). Square roots lift what is small. It stands in for CLIP features where a demo or a test needs pictures
 * at no cost; on photographs it knows colours and textures, not things.
 *
 * @param file - a path, or the bytes of an image file, in any format that sharp reads
 * @throws VlPetError "data" when the file is missing or no picture.
 * @example
 * const { rows, width, values } = await patchFeatures("cat.jpg"); // 49 rows of PATCH_WIDTH values
 */
export async function patchFeatures(file: string | Uint8Array): Promise<PatchFeatures> {
  const sums = blockSums(await pixels(file));
  const values = new Float32Array(PATCH_GRID * PATCH_GRID * PATCH_WIDTH);
  const wide = new Float32Array(CHANNELS);
  const cell = new Float32Array(CHANNELS);
  for (let row = 0; row < PATCH_GRID; row++) {
    for (let column = 0; column < PATCH_GRID; column++) {
      addWindow(wide.fill(0), sums, row, column, WIDE_WINDOW);
      addWindow(cell.fill(0), sums, row, column, CELL_WINDOW);
      const first = (row * PATCH_GRID + column) * PATCH_WIDTH;
      describe(values.subarray(first, first + PATCH_WIDTH), wide, cell);
      values[first + FIRST_POSITION + row] = SCALES.position;
      values[first + FIRST_POSITION + PATCH_GRID + column] = SCALES.position;
    }
  }
  return { rows: PATCH_GRID * PATCH_GRID, width: PATCH_WIDTH, values };
}

/** The picture as [SIDE, SIDE, 3] bytes, on white where it is transparent. */
async function pixels(file: string | Uint8Array): Promise<Uint8Array> {
  try {
    return await sharp(file)
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .resize(SIDE, SIDE, { fit: "fill" })
      .raw()
      .toBuffer();
  } catch (cause) {
    throw new VlPetError("data", "the picture cannot be read", {
      where: typeof file === "string" ? file : `a picture of ${file.length} bytes`,
      expected: "an image file, such as PNG or JPEG",
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check the path, or convert the picture",
      cause,
    });
  }
}

/** Weights of the blocks from `-weights.length / 2` to the other side of a cell's centre; they sum to 1. */
type Window = Float32Array;

/** Flat over the middle half and falling linearly to the ends. */
const WIDE_WINDOW = normalized(
  Float32Array.from({ length: (2 * REACH) / BLOCK }, (_, block) => {
    const distance = Math.abs((block + 0.5) * BLOCK - REACH) / REACH;
    return Math.min(1, 2 * (1 - distance));
  }),
);
const CELL_WINDOW = normalized(new Float32Array((2 * CELL_REACH) / BLOCK).fill(1));

function normalized(weights: Window): Window {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Adds the mean activations a pixel in the window about cell (row, column); outside the picture there are none. */
function addWindow(into: Float32Array, sums: BlockSums, row: number, column: number, window: Window): void {
  const start = (cell: number): number => ((cell + 0.5) * SIDE) / PATCH_GRID / BLOCK - window.length / 2;
  for (const [i, vertical] of window.entries()) {
    const y = start(row) + i;
    if (y < 0 || y >= BLOCKS) continue;
    for (const [j, horizontal] of window.entries()) {
      const x = start(column) + j;
      if (x < 0 || x >= BLOCKS) continue;
      const weight = (vertical * horizontal) / BLOCK ** 2;
      const block = (y * BLOCKS + x) * CHANNELS;
      for (let channel = 0; channel < CHANNELS; channel++) {
        into[channel] = (into[channel] ?? 0) + weight * (sums[block + channel] ?? 0);
      }
    }
  }
}

/** Turns the mean activations of a cell's two windows into its row of features. */
function describe(row: Float32Array, wide: Float32Array, cell: Float32Array): void {
  const edges = wide.subarray(COLOR_CHANNELS, COLOR_CHANNELS + EDGE_CHANNELS);
  const energy = edges.reduce((total, edge) => total + edge, 0);
  let at = 0;
  for (const amount of wide.subarray(0, COLOR_CHANNELS)) row[at++] = SCALES.wide * Math.sqrt(amount);
  for (const amount of cell.subarray(0, COLOR_CHANNELS)) row[at++] = SCALES.cell * Math.sqrt(amount);
  for (const edge of edges) row[at++] = SCALES.edges * Math.sqrt(edge);
  for (const edge of edges) row[at++] = SCALES.shares * Math.sqrt(edge / (energy + QUIET_ENERGY));
  row[at++] = SCALES.corners * Math.sqrt(wide[CHANNELS - 1] ?? 0);
  row[at] = SCALES.energy * Math.sqrt(energy);
}
