import type { NameRule } from "./name-rule.ts";

const NET = "^pet\\.hyperformer\\.(encoder|decoder)\\.";
const KEY = "$1.adapter_layers_hyper_net";

function rule(tail: string, key: string): NameRule {
  return [new RegExp(`${NET}${tail}$`), [`${KEY}.${key}`]];
}

const BLOCKS = [
  ["ffn", "feed_forward"],
  ["self-attention", "self_attention"],
  ["cross-attention", "cross_attention"],
] as const;

/** HyperFormer's generators, on BART and T5. */
export const HYPERFORMER_NAMES: readonly NameRule[] = [
  [/^pet\.hyperformer\.tasks\.(\w+)\.embedding$/, ["shared_task_embed.task_to_embeddings.$1"]],
  rule("layers\\.weight", "layer_id_embeddings.weight"),
  rule("blocks\\.weight", "adapters_block_type.weight"),
  rule("hidden\\.(\\w+)", "task_hypernet.task_embeding_generator.0.$2"),
  rule("projected\\.(\\w+)", "task_hypernet.task_embeding_generator.2.$2"),
  rule("norm\\.(\\w+)", "LayerNorm.$2"),
  rule("(down|up)\\.(weight|bias)\\.(\\w+)", "$2_sampler_hyper_net.$3_generator.0.$4"),
  ...BLOCKS.map(([block, name]) =>
    rule(`${block}\\.(down|up)\\.(weight|bias)\\.(\\w+)`, `${name}_$2_sampler_hyper_net.$3_generator.0.$4`),
  ),
];
