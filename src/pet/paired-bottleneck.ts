import { VlPetError } from "../error.ts";
import type { Tensor } from "../graph/index.ts";
import { linear, widthOf, type Scope } from "../nn/index.ts";
import { add, axisSize, geluTanh, matMulTransposed, reshape, transpose } from "../ops/index.ts";
import type { BottleneckOptions } from "./bottleneck.ts";

export interface PairedBottleneckOptions extends Pick<BottleneckOptions, "rank" | "upInit"> {
  /** Pairs of a down and an up projection; both the rank and the width are multiples of it. */
  readonly heads: number;
}

/**
 * Bottlenecks side by side: head j gives up_j(φ(down_j(x))), the j-th share of the channels, from a share of the rank.
 * Rows [R, D] → [R, D]. `up.weight` [D, rank/heads] holds the heads' weights one below the other. One head is the plain
 * bottleneck. (Original: down_up_pair_multihead.)
 */
export function pairedBottleneck(
  scope: Scope,
  x: Tensor,
  { rank, heads, upInit }: PairedBottleneckOptions,
): Tensor {
  const width = widthOf(x);
  if (rank % heads !== 0 || width % heads !== 0) {
    throw new VlPetError("config", "paired heads must divide the rank and the width", {
      where: scope.path,
      received: `${heads} heads, rank ${rank}, width ${width}`,
    });
  }
  const inner = geluTanh(linear(scope.at("down"), x, rank)); // [R, rank]
  const up = scope.at("up");
  const traits = { of: "linear", fanIn: rank / heads } as const;
  const weight = up.parameter("weight", [width, rank / heads], { ...traits, role: "weight" }, upInit);
  const bias = up.parameter("bias", [width], { ...traits, role: "bias" }, upInit);
  const rows = axisSize(x, 0);
  const split = transpose(reshape(inner, [rows, heads, rank / heads]), [1, 0, 2]); // [heads, R, rank/heads]
  const made = matMulTransposed(split, reshape(weight, [heads, width / heads, rank / heads])); // [heads, R, D/heads]
  return add(reshape(transpose(made, [1, 0, 2]), [rows, width]), bias);
}
