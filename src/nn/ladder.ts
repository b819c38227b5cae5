import type { Tensor } from "../graph/index.ts";
import type { Scope } from "./scope.ts";

/**
 * A side network along a backbone: narrower layers of the backbone's own family, one beside each of its layers. It
 * reads taps (the embedded tokens, and what every layer leaves behind), and its end takes the place of the decoder's.
 * Nothing trained flows through the backbone, so the backward pass stays out of it. Visual tokens enter the side
 * network only; the backbone reads the texts alone.
 */
export interface Ladder {
  /** r: the widths of the model, its heads and its FFN are divided by it; there are as many heads. */
  readonly reduction: number;
  /** Layers of the backbone that have a side layer, in ascending order; null = all. */
  readonly layers: Readonly<Record<"encoder" | "decoder", readonly number[] | null>>;
  /** A tap made as wide as the side network: rows [R, D] → [R, width]. */
  readonly tap: (scope: Scope, rows: Tensor, width: number) => Tensor;
  /** What a side layer reads, of the side network's rows and the tap of the layer beside it: both [R, D/r]. */
  readonly mix: (scope: Scope, side: Tensor, tapped: Tensor) => Tensor;
  /** What takes the place of the decoder's states: rows [R, D/r] → [R, width]. */
  readonly end: (scope: Scope, rows: Tensor, width: number) => Tensor;
}
