import { join, resolve } from "node:path";
import { foundConfig, settingLeaves, type FoundConfig } from "../config/index.ts";
import { foundOriginal, type FoundModel } from "../train/found-original.ts";
import { CONVERTED, convertFromOriginal } from "../train/from-original.ts";
import { modelFolder } from "../train/model-folder.ts";
import { requireNew } from "./adapter-source.ts";
import type { ConvertOptions } from "./convert.ts";
import { parityLine } from "./parity-line.ts";

/** Converts a checkpoint of the original into an adapter and its backbone, and prints the report. */
export async function convertFile(source: string, options: ConvertOptions): Promise<void> {
  const output = resolve(options.output);
  await requireNew(output);
  const found = await foundOriginal(source);
  const config = await foundConfig(found, source, options.set);
  const { tokenizer } = options;
  const parity = await convertFromOriginal({
    ...config,
    file: source,
    heads: found.heads,
    output,
    tokenizer: tokenizer === undefined ? null : await modelFolder(resolvedFolder(tokenizer), "tokenizer"),
  });
  const unsaid = unsaidSettings(found, config);
  if (options.json) {
    const report = {
      source,
      output,
      model: config.model,
      tasks: Object.keys(config.prompts),
      unsaid,
      parity,
    };
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  const { backbone, pet } = config.model;
  const assumed = Object.entries(unsaid).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
  const lines = [
    `recognised  ${pet.name} on ${backbone.name}, for ${Object.keys(config.prompts).join(", ")}`,
    `            ${settingLeaves(pet)
      .filter(([path]) => path !== "name")
      .map(([path, value]) => `${path}=${value}`)
      .join(" ")}`,
    ...(assumed.length === 0 ? [] : [`not in file ${assumed.join(" ")} (change with --set)`]),
    `round trip  ${parityLine(parity)}`,
    `adapter     ${join(output, CONVERTED.adapter)}`,
    `backbone    ${join(output, CONVERTED.backbone)}`,
  ];
  console.log(lines.join("\n"));
}

function resolvedFolder(folder: string): string {
  return folder.startsWith("hub:") ? folder : resolve(folder);
}

/** The values that were used for settings which the file does not give away. */
function unsaidSettings({ unsaid }: FoundModel, { model }: FoundConfig): Readonly<Record<string, unknown>> {
  const used = new Map(settingLeaves(model));
  return Object.fromEntries(
    unsaid.flatMap((path) => {
      const value = used.get(path);
      return value === undefined ? [] : [[path, JSON.parse(value) as unknown]];
    }),
  );
}
