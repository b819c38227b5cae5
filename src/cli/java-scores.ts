import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { VlPetError } from "../error.ts";
import { meteor, spice } from "../metrics/index.ts";
import type { TaskSplit } from "../tasks/index.ts";

/** Where the user's own Java programs lie; scores of those that are not given are not computed. */
export interface JavaOptions {
  readonly meteorJar?: string;
  readonly spiceJar?: string;
  readonly java: string;
}

/** A score of a split that a Java program computes, in percent; NaN where SPICE leaves it undefined. */
export interface JavaScore {
  readonly name: "METEOR" | "SPICE";
  readonly value: number;
  /** By example id. */
  readonly perItem: ReadonlyMap<string, number>;
}

const PROGRAMS = [
  { name: "METEOR", option: "meteorJar", flag: "--meteor-jar", score: meteor },
  { name: "SPICE", option: "spiceJar", flag: "--spice-jar", score: spice },
] as const;

export function addJavaOptions(command: Command): Command {
  return command
    .option("--meteor-jar <file>", "captions: METEOR, too, by its authors' meteor-1.5.jar")
    .option("--spice-jar <file>", "captions: SPICE, too, by its authors' spice-1.0.jar")
    .option("--java <command>", "what runs the two", "java");
}

/**
 * METEOR and SPICE of a split's predictions, each if its program is given; both come from the authors' own programs and
 * are never approximated.
 *
 * @throws VlPetError "config" when the task is not scored by captions, or a program or Java is missing; "data" when a
 * program fails.
 */
export async function javaScores(
  { task, tokenizedCaptions }: TaskSplit,
  predictions: ReadonlyMap<string, string>,
  options: JavaOptions,
): Promise<readonly JavaScore[]> {
  const scores: JavaScore[] = [];
  for (const { name, option, flag, score } of PROGRAMS) {
    const jar = options[option];
    if (jar === undefined) continue;
    if (tokenizedCaptions === undefined) throw withoutCaptions(task, flag, jar);
    const captions = tokenizedCaptions(predictions);
    const java = basename(options.java) === options.java ? options.java : resolve(options.java);
    const { corpus, perItem } = await score([...captions.values()], { jar, java });
    const ids = [...captions.keys()];
    scores.push({
      name,
      value: 100 * corpus,
      perItem: new Map(ids.map((id, i) => [id, 100 * (perItem[i] ?? Number.NaN)])),
    });
  }
  return scores;
}

function withoutCaptions(task: TaskSplit["task"], flag: string, jar: string): VlPetError {
  return new VlPetError("config", `the task ${task} has no captions to score`, {
    where: `${flag} ${jar}`,
    expected: "a task that is scored by captions, such as caption",
    fix: `leave ${flag} out, or name another task`,
  });
}
