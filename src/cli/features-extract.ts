import { resolve } from "node:path";
import { Command, Option } from "commander";
import { FITS, type Fit } from "../data/images/clip-pixels.ts";
import { PICTURE_KINDS, type PictureKind } from "../data/images/picture-folder.ts";
import { PRECISIONS, type Precision } from "../data/precision.ts";
import {
  extractFeatures,
  type ExtractedFeatures,
  type FeatureExtraction,
} from "../train/extraction/extract-features.ts";
import { countOption } from "./count-option.ts";
import { interruptible } from "./interrupt.ts";
import { progressBar } from "./progress.ts";

interface ExtractOptions {
  readonly model: string;
  readonly output: string;
  readonly kind?: PictureKind;
  readonly rows?: "grid" | "tokens" | "pooled";
  readonly fit?: Fit;
  readonly precision?: Precision;
  readonly positions: "learned" | "zero";
  readonly imageSize?: number;
  readonly batchSize: number;
  readonly threads?: number;
  readonly ffmpeg: string;
  readonly skipBad: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

const NOTES = `
<pictures> is a folder of photos, of videos, or of one folder of frames for each
video. A photo becomes <name>.h5 with the dataset /<name>/features; a video, or
a folder of frames (already sampled, in the order of their names), becomes
<name>.npz with the array features, one row a frame.

The model is CLIP's: OpenAI's .pt archive, a state dict (.pth), or .safetensors
with OpenAI's or Hugging Face's names. Its sizes are found in the file. Nothing
is downloaded, and no code in the file is run.

Unless told otherwise, photos are stretched to 224 × 224 pixels (an encoder with
positions for another size gets that) and give their grid in float32; frames are
cropped and give the pooled row in float16. Videos need ffmpeg.

Files that are there already are left alone: the same command goes on where it
was stopped.

Examples:
  vlpet features extract val2014 --model RN101.pt \\
                 --output COCO/clip_features/data_clip_RN101_att
  vlpet features extract clips --model ViT-B-32.pt \\
                 --output vis_features/tv/clip-vit`;

/** `vlpet features extract` */
export function extractCommand(): Command {
  return new Command("extract")
    .description("encode photos or videos with CLIP, one file of features each")
    .argument("<pictures>", "a folder of photos, of videos, or of folders of frames")
    .requiredOption("-m, --model <file>", "the weights of CLIP")
    .requiredOption("-o, --output <folder>", "where the files of features go")
    .addOption(new Option("--kind <kind>", "what of the folder is meant").choices(PICTURE_KINDS))
    .addOption(
      new Option("--rows <rows>", "the rows of an image: its cells, those and a class token, or one").choices(
        ["grid", "tokens", "pooled"],
      ),
    )
    .option("--image-size <pixels>", "pixels a side of what the encoder sees", countOption)
    .addOption(new Option("--fit <way>", "stretch to the square, or crop its middle").choices(FITS))
    .addOption(new Option("--precision <type>", "how values are stored").choices(PRECISIONS))
    .addOption(
      new Option("--positions <which>", "zero: a defect of the original's pooled rows and transformers")
        .choices(["learned", "zero"])
        .default("learned"),
    )
    .option("--batch-size <count>", "images that are encoded at once", countOption, 8)
    .option("--threads <count>", "threads of the encoder (default: all cores)", countOption)
    .option("--ffmpeg <program>", "the program that decodes videos", "ffmpeg")
    .option("--skip-bad", "leave out what cannot be read, and list it at the end", false)
    .option("--json", "print the report as JSON", false)
    .option("-q, --quiet", "show no progress", false)
    .addHelpText("after", NOTES)
    .action(extractWith);
}

async function extractWith(pictures: string, options: ExtractOptions): Promise<void> {
  const { json, quiet, ...settings } = options;
  const output = resolve(options.output);
  const progress = progressBar("encoding", { quiet });
  const request: FeatureExtraction = {
    ...settings,
    input: resolve(pictures),
    model: resolve(options.model),
    output,
    onProgress: (done, total) => progress.show(done, total, ""),
  };
  const made = await interruptible(async (signal) => {
    try {
      return await extractFeatures({ ...request, signal });
    } finally {
      progress.stop();
    }
  });
  if (json) console.log(JSON.stringify({ output, ...made }, null, 2));
  else report(made, output);
}

function report(made: ExtractedFeatures, output: string): void {
  const { kind, shape, precision, imageSize, written, present, bad, cutShort } = made;
  const what = `${shape.rows} × ${shape.width} values ${kind === "photos" ? "a photo" : "a frame"}`;
  const earlier = present === 0 ? "" : `, ${present} were there already`;
  console.log(`${output}: ${written} ${kind} written${earlier}`);
  console.log(`${what}, ${precision}, from ${imageSize} × ${imageSize} pixels`);
  tell(`${cutShort.length} end too early; what there is of them was used`, cutShort);
  tell(
    `${bad.length} cannot be read and were left out`,
    bad.map(({ path, reason }) => `${path}: ${reason.split("\n")[0]}`),
  );
}

/** A list on stderr, if there is anything in it. */
function tell(title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  process.stderr.write(`vlpet: ${title}:\n${lines.map((line) => `  ${line}\n`).join("")}`);
}
