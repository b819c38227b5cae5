import type { NameRule } from "./name-rule.ts";

/** Where the original keeps the layers that make a prompt: an embedding, a map, tanh, a map. */
const LAYERS = [
  ["table", 0],
  ["down", 1],
  ["up", 3],
] as const;

/** Names of the prompt before one stack's text. */
function promptNames(stack: "encoder" | "decoder", modules: string): readonly NameRule[] {
  return LAYERS.flatMap(([layer, index]): readonly NameRule[] => [
    [
      new RegExp(`^${stack}\\.pet\\.prompt\\.${layer}\\.(\\w+)$`),
      [`${modules}.prompts.{task}.prefix_embedding.${index}.$1`],
    ],
    [
      new RegExp(`^${stack}\\.pet\\.prompt\\.tasks\\.(\\w+)\\.${layer}\\.(\\w+)$`),
      [`${modules}.prompts.$1.prefix_embedding.${index}.$2`],
    ],
  ]);
}

/** Soft prompts, on BART and T5. */
export const PROMPT_NAMES: readonly NameRule[] = [
  ...promptNames("encoder", "encoder.prompt_modules"),
  ...promptNames("decoder", "prompt_modules"),
];
