import type { FoundSettings } from "./found-backbone.ts";
import { foundShare } from "./found-share.ts";
import type { StateKeys } from "./state-keys.ts";

/** LoRA; null when there is none. */
export async function foundLora(keys: StateKeys): Promise<FoundSettings | null> {
  const rank = keys.shape(/\.lora_As\.\w+$/)?.[0];
  return rank === undefined ? null : { name: "lora", rank, share: await foundShare(keys) };
}

/** IA3's vectors; null when there are none. */
export function foundIa3(keys: StateKeys): FoundSettings | null {
  const [value, ffn] = [keys.has(/\.encoder_attn\.attn_value_ia3$/), keys.has(/\.decoder_ff_ia3$/)];
  if (!value && !ffn) return null;
  return { name: "ia3", value: value ? "residual" : "none", ffn: ffn ? "residual" : "none" };
}

/** HyperFormer's generators; null when there are none. */
export function foundHyperformer(keys: StateKeys): FoundSettings | null {
  const width = keys.shape(/\.adapter_layers_hyper_net\.layer_id_embeddings\.weight$/)?.[1];
  if (width === undefined) return null;
  return {
    name: "hyperformer",
    rank: keys.shape(/down_sampler_hyper_net\.bias_generator\.0\.weight$/)?.[0],
    generators: keys.has(/\.adapters_block_type\.weight$/) ? "efficient" : "unique",
    projectedWidth: keys.shape(/\.adapter_layers_hyper_net\.LayerNorm\.weight$/)?.[0],
    embeddingWidth: width,
    hiddenWidth: keys.shape(/\.task_hypernet\.task_embeding_generator\.0\.weight$/)?.[0],
  };
}

/** Ladder side-tuning's side network; null when there is none. */
export function foundLst(keys: StateKeys): FoundSettings | null {
  const side = keys.shape(/^encoder\.final_side_layer_norm\.weight$/)?.[0];
  const width = keys.shape(/^shared\.weight$/)?.[1];
  return side === undefined || width === undefined ? null : { name: "lst", reduction: width / side };
}
