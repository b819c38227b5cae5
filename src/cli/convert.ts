import { Command, Option } from "commander";
import { isFolder } from "./adapter-source.ts";
import { collected } from "./config-options.ts";
import { convertFile } from "./convert-file.ts";
import { convertFolder } from "./convert-folder.ts";
import { countOption } from "./count-option.ts";

/** What `vlpet convert` is asked. */
export interface ConvertOptions {
  readonly output: string;
  readonly to?: "original" | "peft";
  readonly backbone?: string;
  readonly tokenizer?: string;
  readonly heads?: number;
  readonly task?: string;
  readonly set: readonly string[];
  readonly json: boolean;
}

const NOTES = `
A file is a checkpoint of the original (.pth, or its tensors as .safetensors).
Its backbone, method, sizes, ranks, granularity and tasks are recognised from
its names; what no name shows, such as pet.scale and LoRA's pet.alpha, is said
by --set. The output is a folder with adapter/ and backbone/.

A folder is an adapter, or a run. With --to original the output is one file, a
.pth for PyTorch or .safetensors; with --to peft a folder for Python's PEFT.

Every conversion reads what it wrote and compares all tensors.

Examples:
  vlpet convert LAST.pth --output converted --tokenizer bart-base
  vlpet convert LAST.pth --output converted --set pet.scale=0.3
  vlpet convert runs/mine --to original --output LAST.pth
  vlpet convert lora/adapter --to peft --backbone bart-base --output lora-peft`;

/** `vlpet convert` */
export function convertCommand(): Command {
  return new Command("convert")
    .description("turn checkpoints of the original into adapters, and adapters into its format or PEFT's")
    .argument("<source>", "a checkpoint of the original, or the folder of an adapter or run")
    .requiredOption("-o, --output <path>", "what is made: a new folder, or a new file with --to original")
    .addOption(
      new Option("--to <format>", "for folders: the format to convert to").choices(["original", "peft"]),
    )
    .option("--backbone <folder>", "the backbone of an adapter; a folder, or hub:OWNER/NAME")
    .option(
      "--tokenizer <folder>",
      "its files are put beside the converted backbone; a folder, or hub:OWNER/NAME",
    )
    .option("--heads <count>", "heads that the encoder modules are cut into for the original", countOption)
    .option("--task <name>", "the task whose weights go to PEFT, when each has its own")
    .option(
      "-s, --set <key=value>",
      "a setting that the checkpoint does not say; can be repeated",
      collected,
      [],
    )
    .option("--json", "print the report as JSON", false)
    .addHelpText("after", NOTES)
    .action(convertWith);
}

async function convertWith(source: string, options: ConvertOptions, command: Command): Promise<void> {
  if (isFolder(source)) {
    if (options.to === undefined) command.error("error: say --to original or --to peft", { exitCode: 2 });
    if (options.set.length > 0)
      command.error("error: --set is for files: an adapter says what it is", { exitCode: 2 });
    await convertFolder(source, options);
    return;
  }
  if (options.to !== undefined)
    command.error("error: --to is for folders: a file becomes an adapter", { exitCode: 2 });
  await convertFile(source, options);
}
