import { Command } from "commander";
import { addPredictOptions, type PredictOptions } from "./predict-options.ts";
import { answerOne } from "./answer-one.ts";
import { answerTable } from "./answer-table.ts";

const NOTES = `
A single question is asked with --image, --features or --clip and whatever else
the task needs; a model with one task does that one, others caption pictures
without and answer with --question unless --task says otherwise.

Many questions are asked with --input: a table with the columns id, image (or
images, or clip), question, choices, subtitles, time (docs/your-own-data.md).
--features then names the folders that pictures are found in, by default the
run's. Answers are written to --output as they come; the same command goes on
after the last of them.

Examples:
  vlpet predict --run runs/mine --image cat.jpg
  vlpet predict --run runs/mine --image cat.jpg --question "what colour is the cat?"
  vlpet predict --run runs/mine --features COCO_val2014_000000000042.h5 --json
  vlpet predict --run runs/mine --task nlvr --image left.png --image right.png \\
                --question "Both pictures show a dog."
  vlpet predict --run runs/video --task how2qa --clip 10001.npz --time 1.5-20 \\
                --subtitles 10001.srt --question "What is poured?" \\
                --choice Milk --choice Oil --choice Tea --choice Sand
  vlpet predict --run runs/mine --task vqa --input asked.csv --output answers.jsonl`;

/** `vlpet predict` */
export function predictCommand(): Command {
  const command = new Command("predict").description(
    "answer a question about pictures or a clip, or a table of them",
  );
  return addPredictOptions(command)
    .addHelpText("after", NOTES)
    .action(async (options: PredictOptions, self: Command) => {
      const { input, output } = options;
      if ((input === undefined) !== (output === undefined)) {
        self.error("error: --input and --output belong together: give both", { exitCode: 2 });
      }
      if (input === undefined || output === undefined) await answerOne(options, self);
      else await answerTable({ ...options, input, output }, self);
    });
}
