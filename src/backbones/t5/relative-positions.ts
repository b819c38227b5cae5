import { times, type Tensor } from "../../graph/index.ts";
import type { Scope } from "../../nn/index.ts";
import { gatherRows, reshape, transpose } from "../../ops/index.ts";
import type { PositionScheme } from "../family.ts";
import type { T5Config } from "./config.ts";

export interface BucketOptions {
  readonly buckets: number;
  /** Distance from which on all share the last bucket. */
  readonly farthest: number;
  /** Whether keys after the query have buckets of their own (the second half) or share that of distance 0. */
  readonly bidirectional: boolean;
}

/**
 * The bucket of a relative position r = key − query: one for each small distance, logarithmically wider ones up to
 * `farthest`. (Raffel et al. 2020, §2.1; original: modeling_t5.py, _relative_position_bucket.)
 */
export function relativeBucket(r: number, { buckets, farthest, bidirectional }: BucketOptions): number {
  const perSide = bidirectional ? buckets / 2 : buckets;
  const side = bidirectional && r > 0 ? perSide : 0;
  const distance = bidirectional ? Math.abs(r) : Math.max(-r, 0);
  const exact = perSide / 2;
  if (distance < exact) return side + distance;
  const wide = (Math.log(distance / exact) / Math.log(farthest / exact)) * (perSide - exact);
  return side + Math.min(perSide - 1, exact + Math.floor(wide));
}

function tablePath(layer: number): string {
  return `block.${layer}.layer.0.SelfAttention.relative_attention_bias`;
}

/** A stack's table [buckets, H]. It lies in one layer, and all layers add what it says. */
function biasTable(scope: Scope, layer: number, { relativeBuckets, heads, width }: T5Config): Tensor {
  const at = scope.at(tablePath(layer));
  // A bias by name, and the original trains and decays by name: BitFit tunes it, weight decay spares it.
  const traits = { of: "embedding", role: "bias" } as const;
  return at.parameter("weight", [relativeBuckets, heads], traits, {
    kind: "normal",
    deviation: width ** -0.5,
  });
}

/** T5's positions: a learned number for each head and bucket of distances, added to the scores of self-attention. */
export function relativePositions(config: T5Config): PositionScheme {
  const { relativeBuckets: buckets, relativeDistance: farthest, heads } = config;
  return {
    countsPrompt: true,
    shape: (queries, keys) => [queries, keys],
    indices(stack, first, count) {
      const keys = first + count;
      const options = { buckets, farthest, bidirectional: stack === "encoder" };
      const ofDistance = Array.from({ length: 2 * keys - 1 }, (_, i) =>
        relativeBucket(i - keys + 1, options),
      );
      return Array.from({ length: count }, (_, i) => {
        const start = keys - 1 - (first + i); // where the distance of key 0 lies
        return ofDistance.slice(start, start + keys);
      }).flat();
    },
    absolute: (_, tokens) => tokens,
    relativeTable: (layer) => `${tablePath(layer)}.weight`,
    relative(scope, indices, layer) {
      const [queries = 1, keys = 1] = indices.shape;
      const flat = reshape(indices, [times(queries, keys)]);
      const biases = gatherRows(biasTable(scope, layer, config), flat); // [T·S, H]
      return transpose(reshape(biases, [1, queries, keys, heads]), [0, 3, 1, 2]); // [1, H, T, S]
    },
  };
}
