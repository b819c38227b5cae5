import type { Command } from "commander";
import type { RunConfig, RunTask } from "../config/index.ts";
import { VlPetError } from "../error.ts";
import type { Asked, TaskForm, TaskSplit } from "../tasks/index.ts";
import { predictions } from "../train/evaluate.ts";
import type { ModelSession } from "../train/session.ts";
import { askedSplit, askedTask, chosenText, taskForm } from "./asked-split.ts";
import { shownFeatures } from "./feature-places.ts";
import { trainedModel, withSession } from "./open-run.ts";
import type { PredictOptions } from "./predict-options.ts";
import { sessionReading } from "./photo-reading.ts";
import { shownFiles, type ShownKind } from "./shown-files.ts";
import { subtitleLines } from "./subtitle-lines.ts";
import { taskName } from "./task-name.ts";

/** Answers the one question that the options ask, and prints the answer. */
export async function answerOne(options: PredictOptions, command: Command): Promise<void> {
  const { image, features, clip, json } = options;
  const given = [image, features, clip === undefined ? [] : [clip]].filter((files) => files.length > 0);
  const [shown = []] = given;
  if (given.length !== 1) {
    command.error("error: give either --image or --features or --clip", { exitCode: 2 });
  }
  const trained = await trainedModel(options, command);
  const { config } = trained;
  const asked = await askedOf(options);
  const named = options.task === undefined ? null : taskName(options.task, `--task ${options.task}`);
  const task = askedTask(config, named, asked);
  requireKind(task, taskForm(config, task), clip === undefined ? "images" : "clip");
  const split = askedSplit(config, task, [{ id: "the question", shown, asked }]);
  const kind = image.length > 0 ? "photo" : "features";
  const text = await withSession(trained, (session) => answered(session, config, split, kind));
  const answer = chosenText(text, asked.choices ?? []);
  console.log(json ? answerRecord(task, shown, asked, answer) : answer);
}

async function askedOf({ question, subtitles, time, choice, part, clip }: PredictOptions): Promise<Asked> {
  return {
    ...(question === undefined ? {} : { text: question }),
    ...(subtitles === undefined ? {} : { subtitles: await subtitleLines(subtitles, clip) }),
    ...(time === undefined ? {} : { time }),
    ...(choice.length === 0 ? {} : { choices: choice }),
    ...(part.length === 0 ? {} : { parts: Object.fromEntries(part) }),
  };
}

function requireKind(task: RunTask, { visual }: TaskForm, given: TaskForm["visual"]): void {
  if (visual === given) return;
  const [things, options] = visual === "clip" ? ["a clip", "--clip"] : ["pictures", "--image or --features"];
  throw new VlPetError("config", `the task ${task} looks at ${things}`, {
    received: given === "clip" ? "--clip" : "--image or --features",
    fix: `give ${options}`,
  });
}

async function answered(
  session: ModelSession,
  config: RunConfig,
  split: TaskSplit,
  kind: ShownKind,
): Promise<string> {
  const { reader, generator } = session;
  const { batchSize, ...settings } = config.generation;
  const features = shownFeatures(config, shownFiles(kind, await sessionReading(session, config)));
  const texts = await predictions({ reader, generator, data: { split, features }, settings, batchSize });
  return [...texts.values()].join("");
}

function answerRecord(task: RunTask, files: readonly string[], asked: Asked, text: string): string {
  return JSON.stringify({ task, files, question: asked.text ?? null, text });
}
