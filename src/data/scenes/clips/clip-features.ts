import type { Features } from "../../hdf5.ts";
import { HUES } from "../../patch-channels.ts";
import { PATCH_GRID, PATCH_GROUPS, PATCH_WIDTH, patchFeatures } from "../../patch-features.ts";
import { LAYOUT } from "../grammar.ts";
import type { Clip } from "./clip.ts";
import { frameSvg, shotAt } from "./clip-picture.ts";
import type { ClipLook } from "./clip-picture.ts";

/** Seconds between two frames, as in the video features of the VALUE benchmark. */
export const FRAME_SECONDS = 1.5;

/** The rows (or columns) of cells that lie wholly within a row (or column) of the layout. */
const CELLS = [[0, 1], [3], [5, 6]] as const;

/** The channels of a cell that a frame keeps: its colours but for white and grey, the directions of edges, their strength. */
const KEPT: readonly number[] = [
  ...Array.from({ length: HUES }, (_, hue) => PATCH_GROUPS.wideColors + hue),
  PATCH_GROUPS.cellColors - 1, // black
  ...Array.from({ length: PATCH_GROUPS.corners - PATCH_GROUPS.shares }, (_, i) => PATCH_GROUPS.shares + i),
  PATCH_GROUPS.corners,
  PATCH_GROUPS.energy,
];

/** Channels that tell how far the shot is: each is strongest at one time, from its first frame to its last. */
const TIMES = 3;
const TIME_SCALE = 2.5;

/** The first channel of each group of channels of a row: what is to be seen, where, and the time. */
export const FRAME_GROUPS = { look: 0, places: KEPT.length, times: KEPT.length + LAYOUT * LAYOUT } as const;
export const FRAME_WIDTH = FRAME_GROUPS.times + TIMES;

/**
 * The features of a clip, one row a frame: [frames, FRAME_WIDTH], all ≥ 0. As one object fills a shot, a row pools what
 * {@link patchFeatures} says of the cells over the whole frame, then says how much there is on each of the nine places.
 */
export async function clipFeatures(clip: Clip, look: ClipLook, frames: number): Promise<Features> {
  const values = new Float32Array(frames * FRAME_WIDTH);
  const rows = new Map<string, Promise<Float32Array>>(); // most frames of a clip are alike
  for (let frame = 0; frame < frames; frame++) {
    const time = (frame + 0.5) / frames;
    const svg = frameSvg(clip, look, time);
    const known = rows.get(svg) ?? pooledRow(svg);
    rows.set(svg, known);
    values.set(await known, frame * FRAME_WIDTH);
    values.set(timeChannels(shotAt(clip, time).time), frame * FRAME_WIDTH + FRAME_GROUPS.times);
  }
  return { rows: frames, width: FRAME_WIDTH, values };
}

/** The maximum of each kept channel over the places' cells, and the edge energy of each place. */
async function pooledRow(svg: string): Promise<Float32Array> {
  const { values } = await patchFeatures(Buffer.from(svg));
  const places = CELLS.flatMap((rows) =>
    CELLS.map((columns) => rows.flatMap((row) => columns.map((column) => row * PATCH_GRID + column))),
  );
  const strongest = (cells: readonly number[], channel: number): number =>
    Math.max(...cells.map((cell) => values[cell * PATCH_WIDTH + channel] ?? 0));
  return Float32Array.from([
    ...KEPT.map((channel) => strongest(places.flat(), channel)),
    ...places.map((cells) => strongest(cells, PATCH_GROUPS.energy)),
  ]);
}

function timeChannels(time: number): readonly number[] {
  return Array.from(
    { length: TIMES },
    (_, i) => TIME_SCALE * Math.max(0, 1 - Math.abs(time * (TIMES - 1) - i)),
  );
}
