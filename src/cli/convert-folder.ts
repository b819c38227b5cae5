import { resolve } from "node:path";
import { ORIGINAL_HEADS, type OriginalHeads } from "../files/original-form.ts";
import { writePeftAdapter } from "../train/peft/write-peft.ts";
import { convertToOriginal } from "../train/to-original.ts";
import { openAdapter, requireNew, type OpenedAdapter } from "./adapter-source.ts";
import type { ConvertOptions } from "./convert.ts";
import { parityLine } from "./parity-line.ts";

/** Converts an adapter into the original's format or PEFT's, and prints the report. */
export async function convertFolder(source: string, options: ConvertOptions): Promise<void> {
  const output = resolve(options.output);
  await requireNew(output);
  const opened = await openAdapter(source, options.backbone ?? null);
  try {
    await (options.to === "peft" ? toPeft(opened, output, options) : toOriginal(opened, output, options));
  } finally {
    await opened.values.close();
  }
}

/** Heads of the scripts, or as many as asked for; paired projections have their own number. */
function headsFor({ values }: OpenedAdapter, asked: number | undefined): OriginalHeads {
  const { pet } = values.model.config;
  if (pet.name === "vl-pet" && pet.pairedHeads > 1) {
    return { ...ORIGINAL_HEADS, down: pet.pairedHeads, up: pet.pairedHeads };
  }
  return asked === undefined ? ORIGINAL_HEADS : { ...ORIGINAL_HEADS, down: asked };
}

async function toOriginal(
  opened: OpenedAdapter,
  output: string,
  { heads, json }: ConvertOptions,
): Promise<void> {
  const report = await convertToOriginal({ values: opened.values, heads: headsFor(opened, heads), output });
  if (json) {
    console.log(JSON.stringify({ output, ...report }, null, 2));
    return;
  }
  console.log(`round trip  ${parityLine(report)}\nrecognised  ${report.recognised}\nfile        ${output}`);
}

async function toPeft(opened: OpenedAdapter, output: string, { task, json }: ConvertOptions): Promise<void> {
  const { config, values, backboneName } = opened;
  const report = await writePeftAdapter({
    values,
    backbone: config.model.backbone,
    task: task ?? null,
    output,
    baseModel: (backboneName ?? "").replace(/^hub:/, ""),
  });
  if (json) {
    console.log(JSON.stringify({ output, ...report }, null, 2));
    return;
  }
  const lines = [
    `for PEFT    ${report.tensors} tensors`,
    `beside it   ${report.visual} tensors of the visual embedding, which plain language models do not have`,
    ...report.notes.map((note) => `note        ${note}`),
    `folder      ${output}`,
  ];
  console.log(lines.join("\n"));
}
