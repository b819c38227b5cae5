import { type Command, InvalidArgumentError } from "commander";
import { collected } from "./config-options.ts";
import { addRunOptions, type RunOptions } from "./open-run.ts";
import { timeSpan } from "./time-span.ts";

type Part = readonly [name: string, text: string];

/** The options of `vlpet predict`. */
export interface PredictOptions extends RunOptions {
  readonly task?: string;
  readonly image: readonly string[];
  readonly features: readonly string[];
  readonly clip?: string;
  readonly question?: string;
  readonly subtitles?: string;
  readonly time?: readonly [from: number, to: number];
  readonly choice: readonly string[];
  readonly part: readonly Part[];
  readonly input?: string;
  readonly output?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Declares them. */
export function addPredictOptions(command: Command): Command {
  return addRunOptions(command)
    .option("-t, --task <name>", "what to do, if the model was trained for several tasks")
    .option("-i, --image <file>", "a photo, for models trained on photos; once for each", collected, [])
    .option("-f, --features <file>", "features of an image in its place; once for each", collected, [])
    .option("--clip <file>", "features of a clip")
    .option("--question <text>", "the question or statement")
    .option(
      "--subtitles <what>",
      "what is said in the clip: a file (SRT, WebVTT, JSON lines, text) or the text",
    )
    .option("--time <from-to>", "seconds of the clip that are asked about", spanOption)
    .option("--choice <text>", "an answer to choose from; once for each", collected, [])
    .option("--part <name=text>", "another column of a template; once for each", partOption, [])
    .option("--input <file>", "a table of questions (.csv, .jsonl) in place of a single one")
    .option("-o, --output <file>", "where the answers to a table go, a JSON line a row")
    .option("--json", "print task, files, question and text as JSON", false)
    .option("-q, --quiet", "show no progress", false);
}

function spanOption(text: string): readonly [from: number, to: number] {
  const span = timeSpan(text);
  if (span !== null) return span;
  throw new InvalidArgumentError("Give seconds from and to, such as 3.5-9.25.");
}

function partOption(text: string, earlier: readonly Part[]): readonly Part[] {
  const at = text.indexOf("=");
  if (at > 0) return [...earlier, [text.slice(0, at), text.slice(at + 1)]];
  throw new InvalidArgumentError("Give a name and a text, such as place=kitchen.");
}
