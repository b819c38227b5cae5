import { Command } from "commander";
import { predictText, type Asked } from "./predict-text.ts";
import { addRunOptions, trainedModel, withSession, type RunOptions } from "./open-run.ts";

interface PredictOptions extends RunOptions {
  readonly image?: string;
  readonly features?: string;
  readonly question?: string;
  readonly json: boolean;
}

const NOTES = `
Examples:
  vlpet predict --run runs/mine --image cat.jpg
  vlpet predict --run runs/mine --image cat.jpg --question "what colour is the cat?"
  vlpet predict --run runs/mine --features COCO_val2014_000000000042.h5 --json`;

/** `vlpet predict` */
export function predictCommand(): Command {
  const command = new Command("predict").description("caption an image, or answer a question about it");
  return addRunOptions(command)
    .option("-i, --image <file>", "a photo; for models that were trained on photos")
    .option("-f, --features <file>", "an HDF5 file with the features of an image")
    .option("--question <text>", "answer this; without a question the image is captioned")
    .option("--json", "print task, input and text as JSON", false)
    .addHelpText("after", NOTES)
    .action((options: PredictOptions, self: Command) => predictWith(options, self));
}

async function predictWith(options: PredictOptions, command: Command): Promise<void> {
  const { image, features, question, json } = options;
  if ((image === undefined) === (features === undefined)) {
    command.error("error: give either --image or --features", { exitCode: 2 });
  }
  const asked: Asked = {
    file: image ?? features ?? "",
    kind: image === undefined ? "features" : "photo",
    question: question ?? null,
  };
  const trained = await trainedModel(options, command);
  const { task, text } = await withSession(trained, (session) => predictText(session, trained.config, asked));
  console.log(json ? JSON.stringify({ task, file: asked.file, question: asked.question, text }) : text);
}
