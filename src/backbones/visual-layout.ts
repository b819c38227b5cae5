import { VlPetError } from "../error.ts";

/** The visual input of a task: how many images (or one clip), and how many feature rows each. */
export interface VisualLayout {
  readonly images: number;
  /** Feature rows of one image, e.g. 49 = 7×7 grid cells, or 64 frames. */
  readonly rows: number;
  /** Rows after pooling; equal to `rows` without. */
  readonly pooledRows: number;
}

/** N, the number of visual tokens. */
export function visualTokens({ images, pooledRows }: VisualLayout): number {
  return images * pooledRows;
}

/**
 * The layout of `images` grids of `rows` cells, max-pooled to `regions` cells when `pool` is set. Both must be
 * squares then. Throws kind "shape".
 */
export function visualLayout(
  images: number,
  rows: number,
  pool: { readonly regions: number } | null,
): VisualLayout {
  if (pool === null) return { images, rows, pooledRows: rows };
  const [from, to] = [Math.sqrt(rows), Math.floor(Math.sqrt(pool.regions))];
  if (!Number.isInteger(from) || to > from) {
    throw new VlPetError("shape", "only a square grid can be pooled to a smaller square grid", {
      expected: `a square number of rows, at least ${to * to}`,
      received: `${rows} rows, to be pooled to ${pool.regions} regions`,
      fix: "set visual.regions to null, which pools nothing, or to a smaller square",
    });
  }
  return { images, rows, pooledRows: to * to };
}

/**
 * Adaptive max pooling of a g×g grid to m×m as a gather: for each output cell the input cells of its window, windows
 * padded to one size by repeating a cell (which leaves a maximum unchanged). Cell i covers ⌊g·i/m⌋ … ⌈g(i+1)/m⌉−1.
 */
export function poolingWindows(
  rows: number,
  pooledRows: number,
): { readonly cells: number[]; readonly window: number } {
  const [g, m] = [Math.sqrt(rows), Math.sqrt(pooledRows)];
  const start = (i: number): number => Math.floor((g * i) / m);
  const end = (i: number): number => Math.ceil((g * (i + 1)) / m);
  const side = Math.max(...Array.from({ length: m }, (_, i) => end(i) - start(i)));
  const cells: number[] = [];
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < m; column++) {
      for (let dy = 0; dy < side; dy++) {
        for (let dx = 0; dx < side; dx++) {
          const y = Math.min(start(row) + dy, end(row) - 1);
          cells.push(y * g + Math.min(start(column) + dx, end(column) - 1));
        }
      }
    }
  }
  return { cells, window: side * side };
}
