import { resolve } from "node:path";
import { Command } from "commander";
import { nodeEngine } from "../runtime/index.ts";
import { mergeAdapter } from "../train/merge.ts";
import { openAdapter, requireNew } from "./adapter-source.ts";

interface MergeOptions {
  readonly output: string;
  readonly backbone?: string;
  readonly task?: string;
  readonly json: boolean;
}

const NOTES = `
What a method learned becomes part of the backbone's own weights where that is
possible: LoRA, scale vectors, biases, norms, everything that full fine-tuning
changed. Bottlenecks, prompts and prefixes cannot be merged; the error says why.
The output is a folder in Hugging Face's format, with the visual embedding, and
an adapter/ with which vlpet opens it.

Examples:
  vlpet merge runs/lora --output merged
  vlpet merge lora/adapter --backbone bart-base --task vqa --output merged`;

/** `vlpet merge` */
export function mergeCommand(): Command {
  return new Command("merge")
    .description("fold an adapter into its backbone's weights and measure what that changes")
    .argument("<source>", "the folder of an adapter or run")
    .requiredOption("-o, --output <folder>", "the folder to be made")
    .option("--backbone <folder>", "the backbone of an adapter; a folder, or hub:OWNER/NAME")
    .option("--task <name>", "the task whose weights are merged, when each has its own")
    .option("--json", "print the report as JSON", false)
    .addHelpText("after", NOTES)
    .action(mergeWith);
}

async function mergeWith(source: string, { output, backbone, task, json }: MergeOptions): Promise<void> {
  const folder = resolve(output);
  await requireNew(folder);
  const { values, config, backbone: home } = await openAdapter(source, backbone ?? null);
  const engine = nodeEngine();
  try {
    const report = await mergeAdapter({
      values,
      config,
      task: task ?? null,
      tokenizer: home,
      output: folder,
      engine,
    });
    if (json) {
      console.log(JSON.stringify({ output: folder, ...report }, null, 2));
      return;
    }
    const { folded, replaced, drift } = report;
    const lines = [
      `merged      ${config.model.pet.name}: ${folded} linear maps folded, ${replaced} tensors with new numbers`,
      `drift       at most ${drift.largest.toExponential(2)} in ${drift.logits} logits up to ${drift.scale.toPrecision(3)}`,
      `agreement   ${drift.agreement.toFixed(1)} % of the most likely tokens`,
      `folder      ${folder}`,
    ];
    console.log(lines.join("\n"));
  } finally {
    await engine.close();
    await values.close();
  }
}
