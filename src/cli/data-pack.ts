import { resolve } from "node:path";
import { Command, Option } from "commander";
import {
  type ListedSource,
  openFeatures,
  type OpenOptions,
  packFeatures,
  type PackReport,
  type PackedType,
} from "../data/index.ts";
import { patchFeatures } from "../data/patch-features.ts";
import { byteWords } from "./byte-words.ts";
import { countOption } from "./count-option.ts";
import { interruptible } from "./interrupt.ts";
import { progressBar } from "./progress.ts";

interface PackOptions {
  readonly output: string;
  readonly dtype: PackedType;
  readonly width?: number;
  readonly idColumn?: string;
  readonly featuresColumn?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

const NOTES = `
An input is a folder or a file: HDF5 files of an image each or of many, NPZ
files of video clips, NPY files, Parquet tables, photos, or other packed stores.
Photos are turned into the simple features of the demo. Several inputs become
one store; they must not share images.

Ctrl-C stops the work, and so may anything else: the same command goes on where
it was. Every run can read the store at the same time.

Examples:
  vlpet data pack datasets/COCO/clip_features/data_clip_RN101_att \\
                  --output coco.vlpack
  vlpet data pack features/*.parquet --width 2048 --output coco.vlpack
  vlpet data pack train2014_obj36.h5 val2014_obj36.h5 --output coco.vlpack`;

/** `vlpet data pack` */
export function packCommand(): Command {
  return new Command("pack")
    .description("put the features of many images into one file that is read fast")
    .argument("<input...>", "folders or files of features")
    .requiredOption("-o, --output <file>", "the packed store that is made; its name ends in .vlpack")
    .addOption(
      new Option("--dtype <type>", "how values are stored")
        .choices(["float16", "float32"])
        .default("float16"),
    )
    .option("--width <count>", "width of the features; needed for Parquet tables of flat lists", countOption)
    .option("--id-column <name>", "the column of ids in a Parquet table, where it is unclear")
    .option("--features-column <name>", "the column of features in a Parquet table, where it is unclear")
    .option("--json", "print the report as JSON", false)
    .option("-q, --quiet", "show no progress", false)
    .addHelpText("after", NOTES)
    .action(packWith);
}

async function packWith(inputs: readonly string[], options: PackOptions): Promise<void> {
  const report = await interruptible((signal) => packed(inputs, options, signal));
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else console.log(reportLine(report));
}

async function packed(
  inputs: readonly string[],
  options: PackOptions,
  signal: AbortSignal,
): Promise<PackReport> {
  const progress = progressBar("packing", options);
  const sources: ListedSource[] = [];
  try {
    for (const input of inputs) sources.push(await openFeatures(input, openOptions(options)));
    return await packFeatures(sources, resolve(options.output), {
      dtype: options.dtype,
      signal,
      onProgress: ({ done, total, byteLength }) => progress.show(done, total, ` | ${byteWords(byteLength)}`),
    });
  } finally {
    progress.stop();
    await Promise.all(sources.map((source) => source.close()));
  }
}

function openOptions({ width, idColumn, featuresColumn }: PackOptions): OpenOptions {
  return {
    encode: patchFeatures,
    ...(width !== undefined && { width }),
    columns: {
      ...(idColumn !== undefined && { id: idColumn }),
      ...(featuresColumn !== undefined && { features: featuresColumn }),
    },
  };
}

function reportLine({ file, count, width, dtype, hasBoxes, byteLength, resumed }: PackReport): string {
  const boxes = hasBoxes ? ", with boxes" : "";
  const before = resumed === 0 ? "" : ` (${resumed} were there already)`;
  return `${file}: ${count} images${before}, width ${width} in ${dtype}${boxes}, ${byteWords(byteLength)}`;
}
