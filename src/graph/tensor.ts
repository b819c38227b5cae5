import type { Graph, Node } from "./graph.ts";
import type { Shape } from "./size.ts";

/** Element types that occur in a graph. */
export type DType = "float32" | "int64" | "uint8" | "bool";

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** How the runtime makes an input by itself: 1 = keep, 0 = drop, drawn from the run's seed, step and the input's name. */
export interface KeepMaskFill {
  readonly kind: "keep-mask";
  readonly dropRate: number;
}

export function fillText({ kind, dropRate }: KeepMaskFill): string {
  return `${kind}(${dropRate})`;
}

/** Where a tensor's numbers come from. */
export type Source =
  | { readonly kind: "input"; readonly fill: KeepMaskFill | null }
  | { readonly kind: "parameter" }
  | { readonly kind: "constant"; readonly data: Float32Array | BigInt64Array }
  | { readonly kind: "node"; readonly node: Node; readonly output: number };

/** A typed handle: which value, of which shape. It holds no numbers of its own. */
export interface Tensor extends TensorType {
  readonly graph: Graph;
  readonly id: number;
  /** Unique in the graph: parameters carry their checkpoint path, computed values a number (`%12`). */
  readonly name: string;
  readonly source: Source;
}
