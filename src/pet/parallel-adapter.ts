import * as v from "valibot";
import { linear, widthOf, ZEROS, type SiteHook, type SiteHooks } from "../nn/index.ts";
import { add, mul, relu } from "../ops/index.ts";
import { BOTTLENECK_STAYS, unmergeable, type Merge } from "./merge.ts";
import type { Method } from "./method.ts";
import { hooksAt, VISUAL_EMBEDDING } from "./plan.ts";
import { positiveInteger } from "./positive-integer.ts";

export const PARALLEL_ADAPTER_SETTINGS = {
  /** b */
  rank: v.optional(positiveInteger, 512),
  /** s: factor on what the adapter adds. */
  scale: v.optional(v.number(), 4),
  /** Dropout of the adapter's hidden units. */
  dropRate: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.1),
} as const;

export interface ParallelAdapterSettings {
  readonly rank: number;
  readonly scale: number;
  readonly dropRate: number;
}

/** y + s · up(dropout(relu(down(x)))) with x what the FFN reads, y what it adds. Starts silent, like LoRA. */
function parallelAdapterHook({ rank, scale, dropRate }: ParallelAdapterSettings): SiteHook {
  return ({ scope, x, y }) => {
    const at = scope.at("parallel");
    const bound = widthOf(x) ** -0.5;
    const down = linear(at.at("down"), x, rank, { init: { kind: "uniform", bound }, biasInit: ZEROS });
    const inner = at.dropout(relu(down), dropRate, "dropout"); // [R, rank]
    return add(y, mul(linear(at.at("up"), inner, widthOf(y), { init: ZEROS }), scale));
  };
}

/** An adapter beside every FFN of both stacks. */
export function parallelAdapterHooks(settings: ParallelAdapterSettings): SiteHooks {
  return hooksAt(["encoder.ffn.added", "decoder.ffn.added"], parallelAdapterHook(settings));
}

export const PARALLEL_ADAPTER_STAYS: Merge = unmergeable("the adapter beside each FFN", BOTTLENECK_STAYS);

const ParallelAdapterConfig = v.strictObject({
  name: v.literal("parallel-adapter"),
  ...PARALLEL_ADAPTER_SETTINGS,
});

/** The scaled parallel adapter of He et al. 2022. */
export const parallelAdapter: Method<typeof ParallelAdapterConfig> = {
  config: ParallelAdapterConfig,
  plan: (config) => ({ hooks: parallelAdapterHooks(config), unfreeze: [VISUAL_EMBEDDING] }),
  merge: () => PARALLEL_ADAPTER_STAYS,
};
