import { VlPetError } from "../error.ts";
import { shapeText, type HostTensor, type Tensor } from "../graph/index.ts";
import { mul, reduceSum } from "../ops/index.ts";
import { RandomStream } from "../random.ts";
import { backward } from "./backward.ts";

/** Numbers by name: of leaves when they go in, of outputs when they come back. */
export type HostValues = Readonly<Record<string, HostTensor>>;

/** Runs one program over several sets of leaf values, in order. What it runs on is the caller's choice. */
export type Evaluate = (
  outputs: Readonly<Record<string, Tensor>>,
  runs: readonly HostValues[],
) => Promise<readonly HostValues[]>;

/** What to check: the gradients of `y` (float32, any shape) with respect to float32 leaves. */
export interface GradientQuestion {
  readonly y: Tensor;
  readonly wrt: readonly Tensor[];
  /** Values of all leaves, by name; those of `wrt` should lie where y has no kink nearby. */
  readonly values: HostValues;
  /** Draws the projection and the directions; default 0. */
  readonly seed?: number;
}

export interface GradientError {
  /** |Δ − g·δ| / max(|Δ|, ‖g‖‖δ‖/√n), the smallest over the steps: 0 is perfect, 1 is unrelated. */
  readonly error: number;
  /** The tensor it was measured on. */
  readonly tensor: string;
  /** The step, relative to the tensor's root mean square, that gave the smallest error. */
  readonly step: number;
}

/** Relative to a tensor's root mean square. Large steps suffer from curvature, small ones from rounding. */
const STEPS = [0.03, 0.01, 0.003] as const;

/**
 * The worst error of the written gradients among `wrt`, measured in float32 against central differences.
 *
 * L = Σ r ⊙ y for a random r. For each tensor x one random direction d is taken, and at three step sizes
 * Δ = L(x + hd) − L(x − hd) is compared with g·δ, where δ is the difference of the two points after rounding to
 * float32 and L is summed in float64, so that only the rounding of y itself remains. The best step counts. The
 * denominator's second part is the expected |g·δ| of a random direction: a direction that happens to be nearly
 * orthogonal to the gradient does not inflate the error.
 *
 * @example
 * const { error } = await gradientError(evaluate, { y: softmax(x), wrt: [x], values: { x: float32Tensor(…) } });
 */
export async function gradientError(evaluate: Evaluate, question: GradientQuestion): Promise<GradientError> {
  const { y, wrt, values, seed = 0 } = question;
  if (y.dtype !== "float32" || wrt.length === 0) {
    throw new VlPetError("graph", "a gradient check needs a float32 value and tensors to differentiate by", {
      where: y.name,
      received: `${y.dtype}${shapeText(y.shape)} by ${wrt.length} tensors`,
    });
  }
  const probes = wrt.flatMap((tensor) => STEPS.map((step) => probe(question, tensor, step)));
  const runs = probes.flatMap(({ plus, minus }) => [plus, minus]);
  const [base, ...moved] = (await evaluate({ "check.y": y }, [values, ...runs])).map((got) => got["check.y"]);
  if (base === undefined) throw new VlPetError("graph", "the evaluator returned no value", { where: y.name });
  const weights = normals(base.data.length, new RandomStream(seed, "check.projection"));
  const projection: HostTensor = { dtype: "float32", dims: base.dims, data: weights };
  const gradients = await gradientsOf(evaluate, question, projection);
  const project = (value: HostTensor | undefined): number =>
    dot(weights, value?.data as Float32Array | undefined);
  const errors = probes.map(({ tensor, step, change }, i): GradientError => {
    const difference = project(moved[2 * i]) - project(moved[2 * i + 1]);
    return { error: relativeError(difference, gradients.get(tensor), change), tensor: tensor.name, step };
  });
  return worst(wrt.map((tensor) => best(errors.filter((entry) => entry.tensor === tensor.name))));
}

/** Two points on either side of the given values, along one tensor's random direction. */
interface Probe {
  readonly tensor: Tensor;
  readonly step: number;
  readonly plus: HostValues;
  readonly minus: HostValues;
  /** plus − minus, as rounded. */
  readonly change: Float64Array;
}

function probe({ values, seed = 0 }: GradientQuestion, tensor: Tensor, step: number): Probe {
  const value = float32Of(values, tensor);
  const direction = normals(value.data.length, new RandomStream(seed, `check.direction ${tensor.name}`));
  const scale = step * (Math.sqrt(dot(value.data, value.data) / value.data.length) || 1);
  const plus = value.data.map((x, i) => x + scale * (direction[i] ?? 0));
  const minus = value.data.map((x, i) => x - scale * (direction[i] ?? 0));
  return {
    tensor,
    step,
    plus: { ...values, [tensor.name]: { ...value, data: plus } },
    minus: { ...values, [tensor.name]: { ...value, data: minus } },
    change: Float64Array.from(plus, (x, i) => x - (minus[i] ?? 0)),
  };
}

/** The written gradients of Σ r ⊙ y; a tensor that y does not depend on has none, which counts as zeros. */
async function gradientsOf(
  evaluate: Evaluate,
  { y, wrt, values }: GradientQuestion,
  projection: HostTensor,
): Promise<ReadonlyMap<Tensor, Float32Array>> {
  const r = y.graph.input(`check.projection ${y.name}`, "float32", y.shape);
  const product = mul(y, r);
  const axes = product.shape.map((_, axis) => axis);
  const loss = axes.length === 0 ? product : reduceSum(product, axes, { keep: false });
  const written = backward(loss, wrt).flatMap((gradient, i) => {
    const tensor = wrt[i];
    return gradient === null || tensor === undefined
      ? []
      : [{ tensor, gradient, name: `check.gradient.${i}` }];
  });
  if (written.length === 0) return new Map();
  // y comes along because a gradient may need a size that only an input of the forward program carries.
  const outputs = {
    "check.y": y,
    ...Object.fromEntries(written.map(({ name, gradient }) => [name, gradient])),
  };
  const [got] = await evaluate(outputs, [{ ...values, [r.name]: projection }]);
  return new Map(
    written.map(({ tensor, name }) => [tensor, float32Of({ [tensor.name]: got?.[name] }, tensor).data]),
  );
}

function relativeError(difference: number, gradient: Float32Array | undefined, change: Float64Array): number {
  const g = gradient ?? new Float32Array(change.length);
  const typical = Math.sqrt((dot(g, g) * dot(change, change)) / change.length);
  const scale = Math.max(Math.abs(difference), typical);
  const error = scale === 0 ? 0 : Math.abs(difference - dot(g, change)) / scale;
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error; // NaN would lose every comparison and pass
}

function float32Of(
  values: Readonly<Record<string, HostTensor | undefined>>,
  { name }: Tensor,
): HostTensor & { readonly data: Float32Array } {
  const value = values[name];
  if (value?.data instanceof Float32Array) return { ...value, data: value.data };
  throw new VlPetError("graph", "the gradient check needs float32 values", {
    where: name,
    received: value?.dtype ?? "nothing",
  });
}

function normals(count: number, stream: RandomStream): Float32Array {
  return Float32Array.from({ length: count }, () => stream.normal());
}

/** Summed in float64. */
function dot(a: ArrayLike<number>, b: ArrayLike<number> | undefined): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? Number.NaN) * (b?.[i] ?? Number.NaN);
  return sum;
}

function best(errors: readonly GradientError[]): GradientError {
  return errors.reduce((a, b) => (b.error < a.error ? b : a));
}

function worst(errors: readonly GradientError[]): GradientError {
  return errors.reduce((a, b) => (b.error > a.error ? b : a));
}
