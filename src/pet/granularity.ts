import type { Tensor } from "../graph/index.ts";
import { linear, widthOf, type Init, type SiteCall } from "../nn/index.ts";
import { add, axisSize, concat, expand, reduceMean, sigmoid } from "../ops/index.ts";
import { sameWidthBottleneck } from "./bottleneck.ts";

/** What a gate sees: the site's x, the adapted output y, and the method's settings. */
export interface GateCall extends SiteCall {
  /** Rank of the large gate's bottleneck. */
  readonly rank: number;
  /** Start of the gate's last layer instead of the backbone's rule. */
  readonly init?: Init;
}

/** G, of a shape that broadcasts to rows [R, D]. */
export type Gate = (call: GateCall) => Tensor;

function startOf({ init }: GateCall): { readonly init?: Init } {
  return init === undefined ? {} : { init };
}

/** How the original starts a gate that is a bare vector, on both families. */
const NEAR_ZERO: Init = { kind: "normal", deviation: 0.02 };

/**
 * VL-PET's one idea: how finely the gate may differ. x is the sublayer's input, y the adapted output, w the layer made
 * at `gate`. (Paper §3.2; original: modeling_bart.py.)
 */
export const GRANULARITIES = {
  /** σ(up(φ(down(x)))): differs over tokens and channels, [R, D]. */
  large(call) {
    const { init } = call;
    const options = init === undefined ? { rank: call.rank } : { rank: call.rank, upInit: init };
    return sigmoid(sameWidthBottleneck(call.scope.at("gate"), call.x, options));
  },
  /** σ(x·W + b): the large gate without a bottleneck, an ablation, [R, D]. */
  "large-full-rank": (call) => sigmoid(linear(call.scope.at("gate"), call.x, widthOf(call.y), startOf(call))),
  /** σ((x + y)·w + c): differs over tokens, [R, 1]. */
  middleX: (call) => sigmoid(linear(call.scope.at("gate"), add(call.x, call.y), 1, startOf(call))),
  /** 1 + g: differs over channels, [D]. Quirk: no sigmoid, unlike the paper's figure. */
  middleY(call) {
    const { scope, y, init = NEAR_ZERO } = call;
    return add(scope.parameter("gate", [widthOf(y)], { of: "vector", role: "weight" }, init), 1);
  },
  /**
   * mean over positions of σ([x; y]·w + c): one number an example, [R, 1].
   * Quirk: the mean covers padding, so an example's output depends on the padded length of its batch.
   */
  small(call) {
    const { scope, x, y, layout } = call;
    const tokens = sigmoid(linear(scope.at("gate"), concat([x, y], 1), 1, startOf(call))); // [R, 1]
    const grid = layout.grid(tokens); // [B, N, 1]
    const means = reduceMean(grid, [1], { keep: true });
    return layout.rows(expand(means, [axisSize(grid, 0), axisSize(grid, 1), 1]));
  },
} as const satisfies Readonly<Record<string, Gate>>;

export type Granularity = keyof typeof GRANULARITIES;
