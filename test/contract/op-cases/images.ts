import { B, each, indices, normal, sum, T, type OpCase, type OpCases, type Reader } from "../op-case.ts";
import type { Shape, Size } from "../../../src/graph/index.ts";

interface Windows {
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

const PLAIN: Windows = { stride: 1, padding: 0, dilation: 1 };

/** A pixel, 0 beyond the edges. */
function pixel(x: Reader, image: number, channel: number, row: number, column: number): number {
  const [, , rows = 0, columns = 0] = x.dims;
  const isInside = row >= 0 && row < rows && column >= 0 && column < columns;
  return isInside ? x.at(image, channel, row, column) : 0;
}

function convCase(title: string, image: Shape, weight: readonly number[], change: Partial<Windows>): OpCase {
  const attributes = { ...PLAIN, ...change };
  const { stride, padding, dilation } = attributes;
  const place = (at: number, tap: number): number => at * stride - padding + tap * dilation;
  const [, channels, height, width] = weight;
  return {
    title,
    inputs: [normal(...image), normal(...weight)],
    attributes,
    references: [
      each(([b = 0, o = 0, row = 0, column = 0], x, w) =>
        sum(channels, (i) =>
          sum(height, (u) =>
            sum(width, (v) => w.at(o, i, u, v) * pixel(x, b, i, place(row, u), place(column, v))),
          ),
        ),
      ),
    ],
  };
}

/** Every window adds its weight, scaled by its own value, where it lies: the definition read from the other side. */
function transposedCase(
  title: string,
  windows: Shape,
  weight: readonly number[],
  change: Partial<Windows> & { readonly sizes: readonly number[] },
): OpCase {
  const attributes = { ...PLAIN, ...change };
  const { stride, padding, dilation } = attributes;
  const [outputs, , height, width] = weight;
  /** The window whose tap lies on a pixel, or none. */
  const windowAt = (at: number, tap: number): number => (at + padding - tap * dilation) / stride;
  return {
    title,
    inputs: [normal(...windows), normal(...weight)],
    attributes,
    references: [
      each(([b = 0, i = 0, row = 0, column = 0], y, w) =>
        sum(outputs, (o) =>
          sum(height, (u) =>
            sum(width, (v) => {
              const [r, c] = [windowAt(row, u), windowAt(column, v)];
              const isWindow = Number.isInteger(r) && Number.isInteger(c);
              return isWindow ? w.at(o, i, u, v) * pixel(y, b, o, r, c) : 0;
            }),
          ),
        ),
      ),
    ],
  };
}

function poolCase(
  title: string,
  lead: readonly [Size, Size],
  sizes: readonly number[],
  side: number,
): OpCase {
  return {
    title,
    inputs: [normal(...lead, ...sizes)],
    attributes: { side },
    references: [
      each(([b = 0, c = 0, row = 0, column = 0], x) => {
        const total = sum(side, (u) => sum(side, (v) => x.at(b, c, row * side + u, column * side + v)));
        return total / side ** 2;
      }),
    ],
  };
}

export const IMAGE_CASES: Readonly<Record<string, OpCases>> = {
  "conv-2d": {
    accepts: [
      convCase("one tap", [B, 3, 4, 5], [2, 3, 1, 1], {}),
      convCase("nine taps with an edge of zeros", [B, 3, 5, 4], [2, 3, 3, 3], { padding: 1 }),
      convCase("every other window", [B, 2, 6, 6], [3, 2, 3, 3], { stride: 2, padding: 1 }),
      convCase("every other window of an odd image", [B, 2, 7, 7], [3, 2, 3, 3], { stride: 2, padding: 1 }),
      convCase("patches side by side", [B, 3, 6, 6], [4, 3, 3, 3], { stride: 3 }),
      convCase("patches with pixels left over", [B, 2, 8, 7], [4, 2, 3, 3], { stride: 3 }),
      convCase("taps apart", [2, 2, 7, 8], [2, 2, 3, 2], { dilation: 2, padding: 1 }),
      convCase("a window that is wider than high", [B, 2, 4, 6], [1, 2, 1, 3], { stride: 2 }),
    ],
    refuses: [
      { title: "other channels", inputs: [normal(B, 3, 4, 4), normal(2, 4, 1, 1)], attributes: PLAIN },
      {
        title: "a window larger than the image",
        inputs: [normal(B, 3, 2, 2), normal(2, 3, 3, 3)],
        attributes: PLAIN,
      },
      { title: "a symbolic height", inputs: [normal(B, 3, T, 4), normal(2, 3, 1, 1)], attributes: PLAIN },
      { title: "three axes", inputs: [normal(3, 4, 4), normal(2, 3, 1, 1)], attributes: PLAIN },
      { title: "integers", inputs: [indices(3, B, 3, 4, 4), normal(2, 3, 1, 1)], attributes: PLAIN },
      {
        title: "no stride",
        inputs: [normal(B, 3, 4, 4), normal(2, 3, 1, 1)],
        attributes: { ...PLAIN, stride: 0 },
      },
      {
        title: "half a pixel",
        inputs: [normal(B, 3, 4, 4), normal(2, 3, 1, 1)],
        attributes: { ...PLAIN, padding: 0.5 },
      },
    ],
  },
  "conv-transpose-2d": {
    accepts: [
      transposedCase("one tap", [B, 2, 4, 5], [2, 3, 1, 1], { sizes: [4, 5] }),
      transposedCase("nine taps", [B, 2, 5, 4], [2, 3, 3, 3], { padding: 1, sizes: [5, 4] }),
      transposedCase("every other pixel, an even image", [B, 3, 3, 3], [3, 2, 3, 3], {
        stride: 2,
        padding: 1,
        sizes: [6, 6],
      }),
      transposedCase("every other pixel, an odd image", [B, 3, 3, 3], [3, 2, 3, 3], {
        stride: 2,
        padding: 1,
        sizes: [5, 5],
      }),
      transposedCase("pixels that no window covers", [B, 4, 2, 2], [4, 2, 3, 3], {
        stride: 3,
        sizes: [8, 7],
      }),
      transposedCase("taps apart", [2, 2, 5, 8], [2, 2, 3, 2], { dilation: 2, padding: 1, sizes: [7, 8] }),
    ],
    refuses: [
      {
        title: "other channels",
        inputs: [normal(B, 3, 4, 4), normal(2, 3, 1, 1)],
        attributes: { ...PLAIN, sizes: [4, 4] },
      },
      {
        title: "a size that the windows do not make",
        inputs: [normal(B, 2, 4, 4), normal(2, 3, 1, 1)],
        attributes: { ...PLAIN, sizes: [4, 5] },
      },
      {
        title: "one size",
        inputs: [normal(B, 2, 4, 4), normal(2, 3, 1, 1)],
        attributes: { ...PLAIN, sizes: [4] },
      },
      {
        title: "no dilation",
        inputs: [normal(B, 2, 4, 4), normal(2, 3, 1, 1)],
        attributes: { ...PLAIN, dilation: 0, sizes: [4, 4] },
      },
    ],
  },
  "average-pool-2d": {
    accepts: [
      poolCase("pairs", [B, 3], [4, 6], 2),
      poolCase("an image with pixels left over", [B, 2], [5, 7], 2),
      poolCase("squares of three", [B, T], [6, 3], 3),
      poolCase("single pixels", [B, 2], [3, 2], 1),
    ],
    refuses: [
      { title: "an image smaller than the square", inputs: [normal(B, 2, 1, 4)], attributes: { side: 2 } },
      { title: "a square of no size", inputs: [normal(B, 2, 4, 4)], attributes: { side: 0 } },
      { title: "a symbolic width", inputs: [normal(B, 2, 4, T)], attributes: { side: 2 } },
      { title: "integers", inputs: [indices(3, B, 2, 4, 4)], attributes: { side: 2 } },
    ],
  },
};
