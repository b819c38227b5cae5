import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parameterCount, type Parameter } from "../nn/index.ts";
import type { AdapterConfig } from "./adapter-folder.ts";

export const MODEL_CARD = "README.md";

function settings(value: object): string {
  return Object.entries(value)
    .filter(([key]) => key !== "name")
    .map(([key, setting]) => `| ${key} | ${JSON.stringify(setting)} |`)
    .join("\n");
}

function tasksText({ prompts }: AdapterConfig): string {
  const lines = Object.entries(prompts).map(([task, words]) =>
    words === "" ? `- ${task}, without a prompt` : `- ${task}, announced by "${words.trim()}"`,
  );
  return lines.length === 0 ? "- none was recorded" : lines.join("\n");
}

/** What an adapter's folder says to people: a model card in Hugging Face's format. */
export function modelCard(
  config: AdapterConfig,
  { total, trained }: { readonly total: number; readonly trained: number },
): string {
  const { backbone, pet } = config.model;
  const share = ((100 * trained) / total).toFixed(2);
  const fingerprint = config.backboneFingerprint ?? `none: fresh weights drawn from the seed ${config.seed}`;
  return `---
library_name: vl-pet
pipeline_tag: image-text-to-text
tags:
  - parameter-efficient-tuning
  - vision-and-language
  - ${pet.name}
  - ${backbone.name}
---

# ${pet.name} on ${backbone.name}

An adapter of vl-pet: ${trained.toLocaleString("en")} trained parameters, ${share} % of ${total.toLocaleString("en")}.
It holds what was trained and nothing of the frozen backbone.

## Tasks

${tasksText(config)}

## Method: ${pet.name}

| setting | value |
| --- | --- |
${settings(pet)}

## Backbone: ${backbone.name}

| setting | value |
| --- | --- |
${settings(backbone)}
| visual tokens of an image | ${config.regions ?? "one for each feature row"} |
| fingerprint of its weights | ${fingerprint} |

## Use

\`\`\`sh
vlpet predict --adapter THIS_FOLDER --set backbone.name=${backbone.name} --set backbone.folder=BACKBONE --image photo.jpg
\`\`\`

\`adapter_model.safetensors\` has the weights by their paths in the model; \`adapter_config.json\` describes the model.
\`vlpet convert\` turns both into the original's format.
`;
}

/** Writes the card into an adapter's folder. */
export async function writeModelCard(
  folder: string,
  config: AdapterConfig,
  parameters: readonly Parameter[],
  trained: readonly Parameter[],
): Promise<void> {
  const counts = { total: parameterCount(parameters), trained: parameterCount(trained) };
  await writeFile(join(folder, MODEL_CARD), modelCard(config, counts));
}
