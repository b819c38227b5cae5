import { elementCount, sameShape, shapeText, type Op, type Shape, type Tensor } from "../graph/index.ts";
import { mul } from "./arithmetic.ts";
import { reshape } from "./layout.ts";
import { broadcastShape, shapeError, single } from "./shape-rules.ts";

type One = readonly [Tensor];

export interface ReduceAttributes {
  readonly axes: readonly number[];
  readonly keep: boolean;
}

function reducedShape(x: Tensor, { axes, keep }: ReduceAttributes): Shape {
  if (axes.some((axis, i) => axis < 0 || axis >= x.shape.length || axes.indexOf(axis) !== i)) {
    throw shapeError("reduce", `different axes within its rank, not [${axes.join(", ")}]`, x);
  }
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return keep ? kept : kept.filter((_, axis) => !axes.includes(axis));
}

function reduceOp(
  name: string,
  onnx: string,
  gradient: (x: Tensor, y: Tensor, dy: Tensor) => Tensor,
): Op<One, ReduceAttributes> {
  return {
    name,
    infer: ([x], attributes) => [{ dtype: x.dtype, shape: reducedShape(x, attributes) }],
    encode(writer, { inputs: [x = ""], outputs, attributes: { axes, keep } }) {
      // ONNX takes an empty list of axes for all of them unless told otherwise.
      const attributes = { keepdims: Number(keep), noop_with_empty_axes: 1 };
      writer.emit(onnx, [x, writer.int64(axes)], { outputs, attributes });
    },
    gradient({ inputs: [x], outputs, attributes: { axes }, dy }) {
      const kept = reducedShape(x, { axes, keep: true });
      return [gradient(x, reshape(single(outputs), kept), reshape(dy, kept))];
    },
  };
}

export const REDUCE_SUM = reduceOp("reduce-sum", "ReduceSum", (x, _, dy) => expand(dy, x.shape));
// Equal entries share the gradient of a maximum in full each; ties do not occur in trained activations.
export const REDUCE_MAX = reduceOp("reduce-max", "ReduceMax", (x, y, dy) => mul(dy, equalMask(x, y)));
export const REDUCE_MEAN = reduceOp("reduce-mean", "ReduceMean", (x, y, dy) =>
  expand(mul(dy, mulOfSizes(y, x)), x.shape),
);

/** A scalar tensor: elements of `small` over elements of `large`, known only at run time. */
function mulOfSizes(small: Tensor, large: Tensor): Tensor {
  return single(small.graph.apply(SIZE_RATIO, [small, large], {}));
}

/** Number of elements of the first input divided by that of the second, as a float32 scalar. */
export const SIZE_RATIO: Op<readonly [Tensor, Tensor], object> = {
  name: "size-ratio",
  infer: () => [{ dtype: "float32", shape: [] }],
  encode(writer, { outputs, tensors: [small, large] }) {
    const count = (t: Tensor): string => {
      const product = writer.shape([elementCount(t.shape)]);
      const scalar = writer.emit("Reshape", [product, writer.int64([])]);
      return writer.emit("Cast", [scalar], { attributes: { to: 1 } });
    };
    writer.emit("Div", [count(small), count(large)], { outputs });
  },
  gradient: () => [null, null],
};

/** 1 where x equals its broadcast maximum y, else 0. */
export const EQUAL_MASK: Op<readonly [Tensor, Tensor], object> = {
  name: "equal-mask",
  infer([x, y]) {
    if (!sameShape(broadcastShape("equal-mask", x, y), x.shape)) {
      throw shapeError("equal-mask", "a second tensor that broadcasts to the first", x, y);
    }
    return [{ dtype: "float32", shape: x.shape }];
  },
  encode(writer, { inputs, outputs }) {
    writer.emit("Cast", [writer.emit("Equal", inputs)], { outputs, attributes: { to: 1 } });
  },
  gradient: () => [null, null],
};

function equalMask(x: Tensor, y: Tensor): Tensor {
  return single(x.graph.apply(EQUAL_MASK, [x, y], {}));
}

/** Repeats axes of size 1 up to a shape: the adjoint of a sum. */
export const EXPAND: Op<One, { readonly shape: Shape }> = {
  name: "expand",
  infer([x], { shape }) {
    const offset = shape.length - x.shape.length;
    if (
      offset < 0 ||
      x.shape.some((size, axis) => size !== 1 && !sameShape([size], [shape[axis + offset] ?? 0]))
    ) {
      throw shapeError("expand", `a shape that broadcasts to ${shapeText(shape)}`, x);
    }
    return [{ dtype: x.dtype, shape }];
  },
  encode(writer, { inputs: [x = ""], outputs, attributes: { shape } }) {
    writer.emit("Expand", [x, writer.shape(shape)], { outputs });
  },
  gradient: ({ inputs: [x], dy }) => [sumTo(dy, x.shape)],
};

export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : single(x.graph.apply(EXPAND, [x], { shape }));
}

export function reduceSum(x: Tensor, axes: readonly number[], options: { readonly keep: boolean }): Tensor {
  return single(x.graph.apply(REDUCE_SUM, [x], { axes, ...options }));
}

export function reduceMean(x: Tensor, axes: readonly number[], options: { readonly keep: boolean }): Tensor {
  return single(x.graph.apply(REDUCE_MEAN, [x], { axes, ...options }));
}

export function reduceMax(x: Tensor, axes: readonly number[], options: { readonly keep: boolean }): Tensor {
  return single(x.graph.apply(REDUCE_MAX, [x], { axes, ...options }));
}

/** Sums a broadcast gradient down to the shape of the operand it belongs to. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const offset = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, axis) => {
    const target = axis < offset ? 1 : (shape[axis - offset] ?? 1);
    return axis < offset || (target === 1 && size !== 1) ? [axis] : [];
  });
  return reshape(axes.length === 0 ? x : reduceSum(x, axes, { keep: true }), shape);
}
