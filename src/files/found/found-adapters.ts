import type { FoundSettings } from "./found-backbone.ts";
import { foundShare } from "./found-share.ts";
import { foundGranularity } from "./found-vl-pet.ts";
import type { StateKeys } from "./state-keys.ts";

/** Sites of adapters on the sublayers' outputs, and how the original's names show each. */
const SITES = [
  ["encoder.self-attention", /^encoder\..*\.attn_adapter\.adapters\./],
  ["encoder.ffn", /^encoder\..*\.ff_adapter\.adapters\./],
  ["decoder.self-attention", /^decoder\..*\.(?:self_attn_adapter|attn_adapter)\.adapters\./],
  ["decoder.cross-attention", /^decoder\..*\.enc_attn_adapter\.adapters\./],
  ["decoder.ffn", /^decoder\..*\.ff_adapter\.adapters\./],
] as const;

/** Whose the rule of a hypercomplex map is. */
async function foundRule(keys: StateKeys): Promise<"own" | "tasks" | "model"> {
  if (keys.has(/^phm_rule$/)) return "model";
  const [first, ...others] = keys.names(/^encoder\..*\.attn_adapter\.adapters\.\w+\.down_sampler\.phm_rule$/);
  const layer = first?.slice(0, first.indexOf(".adapters."));
  const other = others.find((name) => name.slice(0, name.indexOf(".adapters.")) === layer);
  if (first === undefined || other === undefined || (await foundShare(keys)) === "tasks") return "own";
  return (await keys.areTied(first, other)) ? "tasks" : "own";
}

async function phmSettings(keys: StateKeys): Promise<Readonly<Record<string, unknown>>> {
  return {
    division: keys.shape(/\.phm_rule$/)?.[0],
    rule: await foundRule(keys),
    factorRank: keys.shape(/\.adapters\.\w+\.down_sampler\.W_left$/)?.[2] ?? null,
  };
}

/** r of the modules that fit: the length of a down map's bias, under either of its names. */
function rankOf(keys: StateKeys, module: string): number | undefined {
  return keys.shape(new RegExp(`${module}\\.adapters\\.\\w+\\.down_sampler\\.(?:bias|b)$`))?.[0];
}

async function transferred(keys: StateKeys, isHypercomplex: boolean): Promise<FoundSettings> {
  const gateRank = keys.shape(/\.encoder_attn_adapter_gating_large_x_down\.weight$/)?.[0];
  return {
    name: "transfer",
    form: isHypercomplex ? "compacter" : "adapter",
    granularity: foundGranularity(keys, "attn"),
    rank: rankOf(keys, "^encoder\\..*\\.attn_adapter"),
    ...(gateRank === undefined ? {} : { gateRank }),
    decoderRank: rankOf(keys, "\\.attn_value_parallel_adapter"),
    ...(isHypercomplex ? await phmSettings(keys) : {}),
  };
}

/** Adapters on the sublayers' outputs, whatever their maps are made of; null when there are none. */
export async function foundAdapters(keys: StateKeys): Promise<FoundSettings | null> {
  const sites = SITES.filter(([, name]) => keys.has(name)).map(([site]) => site);
  if (sites.length === 0) return null;
  const isHypercomplex = keys.has(/_sampler\.phm_rule$/);
  const isGated = foundGranularity(keys, "attn") !== "none";
  if (isGated && keys.has(/\.attn_value_parallel_adapter\./)) return transferred(keys, isHypercomplex);
  const factorRank = keys.shape(/\.adapters\.\w+\.down_sampler\.W_left$/)?.at(-1);
  const name = isHypercomplex ? "compacter" : factorRank === undefined ? "adapter" : "low-rank-adapter";
  return {
    name,
    rank: rankOf(keys, "_adapter"),
    share: await foundShare(keys),
    preNorm: keys.has(/_adapter\..*pre_layer_norm\./),
    postNorm: keys.has(/_adapter\..*post_layer_norm\./),
    sites,
    ...(isHypercomplex ? await phmSettings(keys) : {}),
    ...(name === "low-rank-adapter" ? { factorRank } : {}),
  };
}
