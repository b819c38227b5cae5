import { stackedRows, type FoundSettings } from "./found-backbone.ts";
import { foundShare } from "./found-share.ts";
import type { StateKeys } from "./state-keys.ts";

/** The granularity that a gate's name stands for; names of which one begins another come after it. */
const GATES = [
  ["large_x_down", "large"],
  ["large_x", "large-full-rank"],
  ["middle_xy_add", "middleX"],
  ["middle_ia3_add", "middleY"],
  ["small_xy_cat", "small"],
  ["layernorm", "layer-norm"],
] as const;

/** Gates and what stands in their place, told by name; without any, the gate was left out. */
export function foundGranularity(keys: StateKeys, sublayer: "attn" | "ff"): string {
  const found = GATES.find(([gate]) =>
    keys.has(new RegExp(`\\.encoder_${sublayer}_adapter_gating_${gate}(?:\\.|$)`)),
  );
  return found?.[1] ?? "none";
}

/** Controllers of the decoder's modules by place. */
const CONTROLLERS = [
  ["value", "attn_value_parallel_adapter"],
  ["value-sequential", "enc_attn_value_sequential_adapter"],
  ["key-value", "decoder_enc_attn_key_value_adapter"],
  ["self-attention", "decoder_self_attn_adapter"],
  ["cross-attention", "decoder_enc_attn_adapter"],
  ["ffn", "decoder_ff_adapter"],
] as const;

/** Heads of the decoder's multi-head modules, which the original puts at the same places. */
const DECODER_HEADS = [
  ["self-attention", "self_attn_adapter"],
  ["cross-attention", "enc_attn_adapter"],
  ["ffn", "ff_adapter"],
] as const;

function decoderPlaces(keys: StateKeys): readonly string[] {
  const controllers = CONTROLLERS.filter(([, name]) =>
    keys.has(new RegExp(`^decoder\\..*\\.${name}\\.adapters\\.`)),
  );
  const heads = DECODER_HEADS.filter(([, name]) =>
    keys.has(new RegExp(`^decoder\\..*\\.${name}_multihead_down\\.`)),
  );
  return [...controllers, ...heads].map(([place]) => place);
}

function decoderSettings(keys: StateKeys, places: readonly string[]): Readonly<Record<string, unknown>> {
  if (places.length === 0) return { decoderRank: null };
  const controller = keys.shape(/^decoder\..*_adapter\.adapters\.\w+\.down_sampler\.weight$/);
  const heads = stackedRows(keys, /^decoder\.layers\.0\.\w+_adapter_multihead_down\.(?:\d+\.)?weight$/);
  const gate = keys.shape(/^decoder\..*_adapter_gating_large_x_down\.weight$/);
  return {
    decoderPlaces: places,
    decoderRank: controller?.[0] ?? heads,
    ...(gate === null ? {} : { decoderGateRank: gate[0] }),
  };
}

const FIRST_LAYER = "^encoder\\.(?:layers\\.0|block\\.0\\.layer\\.0)\\.";

/** How many heads the encoder modules' maps are cut into; null = none. */
export function foundHeads(keys: StateKeys, map: "down" | "up"): number | null {
  const heads = keys.texts(new RegExp(`${FIRST_LAYER}attn_adapter_multihead_${map}\\.(\\d+)\\.`));
  return heads.length === 0 ? null : heads.length;
}

function pairedHeads(keys: StateKeys, rank: number): number {
  const [down, up] = [foundHeads(keys, "down"), foundHeads(keys, "up")];
  const width = keys.shape(new RegExp(`${FIRST_LAYER}attn_adapter_multihead_up\\.0\\.weight$`))?.[1];
  return down !== null && down === up && width !== rank ? down : 1;
}

/** VL-PET's modules and relatives; null when there are none. */
export async function foundVlPet(keys: StateKeys): Promise<FoundSettings | null> {
  const rank = stackedRows(
    keys,
    new RegExp(`${FIRST_LAYER}attn_adapter_multihead_down\\.(?:\\d+\\.)?weight$`),
  );
  const places = decoderPlaces(keys);
  const [granularity, ffn] = [foundGranularity(keys, "attn"), foundGranularity(keys, "ff")];
  const shifted = keys.shape(/\.encoder_attn_gating_large_x_down\.weight$/)?.[0] ?? null;
  const isPlain = rank === null && places.length === 0 && granularity === "none" && ffn === "none";
  if (isPlain && shifted === null) return null;
  const gateRank = keys.shape(/\.encoder_(?:attn|ff)_adapter_gating_large_x_down\.weight$/)?.[0];
  return {
    name: "vl-pet",
    granularity,
    ffnGranularity: ffn === granularity ? null : ffn,
    rank,
    pairedHeads: rank === null ? 1 : pairedHeads(keys, rank),
    ...(gateRank === undefined ? {} : { gateRank }),
    shiftedGateRank: shifted,
    ...decoderSettings(keys, places),
    share: places.length === 0 ? "tasks" : await foundShare(keys),
  };
}
