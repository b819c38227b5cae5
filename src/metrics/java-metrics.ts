/**
 * METEOR and SPICE through the authors' own Java programs, which the user provides: they need WordNet, paraphrase tables and a
 * dependency parser, and no approximation of them is offered. The one file of this room that needs Node.
 */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";

import { VlPetError } from "../error.ts";
import type { TokenizedCaption } from "./tokenized-caption.ts";

export interface JavaMetricOptions {
  /** Path of `meteor-1.5.jar` or `spice-1.0.jar`, with its `data` or `lib` folder beside it. */
  readonly jar: string;
  /** The Java command; `java` of the search path unless told. */
  readonly java?: string;
  /** Java's heap limit, such as `2G` (METEOR's default) or `8G` (SPICE's). */
  readonly heap?: string;
}

/** One score a caption, in their order, and the corpus score. */
export interface JavaMetric {
  readonly corpus: number;
  readonly perItem: readonly number[];
}

interface RunningJava {
  readonly child: ChildProcessWithoutNullStreams;
  /** The end of what it wrote to its error stream, for messages. */
  readonly complaint: () => string;
}

const COMPLAINT_LENGTH = 2000;

async function startJava(
  options: JavaMetricOptions,
  heap: string,
  args: readonly string[],
): Promise<RunningJava> {
  const jar = resolve(options.jar);
  try {
    await access(jar);
  } catch (cause) {
    throw new VlPetError("config", "the metric's Java program is missing", {
      where: jar,
      fix: "download the program from its authors and pass the path of its jar",
      cause,
    });
  }
  const java = options.java ?? "java";
  const child = spawn(java, [`-Xmx${options.heap ?? heap}`, "-jar", jar, ...args], { cwd: dirname(jar) });
  try {
    await once(child, "spawn");
  } catch (cause) {
    throw new VlPetError("config", "Java could not be started", {
      where: java,
      expected: "a Java runtime, version 8 or later",
      fix: "install Java, or pass the path of its command",
      cause,
    });
  }
  let complaint = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => (complaint = (complaint + text).slice(-COMPLAINT_LENGTH)));
  // A program that ends early breaks the pipe; the missing answers are reported instead.
  child.stdin.on("error", () => undefined);
  return { child, complaint: () => complaint.trim() };
}

function brokenOff(program: string, { complaint }: RunningJava): VlPetError {
  return new VlPetError("data", `${program} ended before it had answered`, {
    received: complaint() || "nothing on its error stream",
    fix: "check that the jar's data or lib folder is complete (SPICE: CoreNLP 3.6.0) and that Java has enough memory",
  });
}

function meteorScore(line: string): number {
  const score = Number(line);
  if (line.trim() === "" || Number.isNaN(score)) {
    throw new VlPetError("data", "METEOR answered with something other than a score", { received: line });
  }
  return score;
}

/** The line that asks for the statistics of one caption. */
function scoreRequest({ hypothesis, references }: TokenizedCaption): string {
  const plain = hypothesis.replaceAll("|||", "").replaceAll("  ", " ");
  return ["SCORE", ...references, plain].join(" ||| ");
}

/**
 * METEOR 1.5 (Denkowski and Lavie 2014) of tokenised captions, in [0, 1].
 *
 * @throws VlPetError of kind `config` when the jar or Java is missing, `data` when the program breaks off.
 */
export async function meteor(
  items: readonly TokenizedCaption[],
  options: JavaMetricOptions,
): Promise<JavaMetric> {
  const running = await startJava(options, "2G", ["-", "-", "-stdio", "-l", "en", "-norm"]);
  const { child } = running;
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const readLines = async (count: number): Promise<string[]> => {
    const lines: string[] = [];
    while (lines.length < count) {
      const answer = await answers.next();
      if (answer.done === true) throw brokenOff("METEOR", running);
      lines.push(answer.value.trim());
    }
    return lines;
  };
  try {
    for (const item of items) child.stdin.write(`${scoreRequest(item)}\n`);
    const statistics = await readLines(items.length);
    child.stdin.write(`${["EVAL", ...statistics].join(" ||| ")}\n`);
    const scores = (await readLines(items.length + 1)).map(meteorScore);
    return { corpus: scores.at(-1) ?? 0, perItem: scores.slice(0, -1) };
  } finally {
    child.stdin.end();
    child.kill();
  }
}

/** What of SPICE's report is read: the F-score over all tuples of each caption, null where undefined. */
function spiceScores(report: string, count: number): number[] {
  // Java writes a bare NaN, which JSON does not know.
  const entries: unknown = JSON.parse(report.replaceAll(/:\s*NaN\b/g, ": null"));
  const byId = new Map<unknown, unknown>();
  for (const entry of Array.isArray(entries) ? entries : []) {
    const { image_id: id, scores } = entry as { image_id?: unknown; scores?: { All?: { f?: unknown } } };
    byId.set(id, scores?.All?.f);
  }
  return Array.from({ length: count }, (_, id) => {
    if (!byId.has(id)) {
      throw new VlPetError("data", "SPICE's report lacks a caption", { where: `caption ${id}` });
    }
    const score = byId.get(id);
    return typeof score === "number" ? score : Number.NaN;
  });
}

/**
 * SPICE 1.0 (Anderson et al. 2016) of tokenised captions, in [0, 1]; a caption whose score is undefined is NaN, and so is
 * then the mean.
 *
 * @throws VlPetError of kind `config` when the jar or Java is missing, `data` when the program fails.
 */
export async function spice(
  items: readonly TokenizedCaption[],
  options: JavaMetricOptions,
): Promise<JavaMetric> {
  const folder = await mkdtemp(join(tmpdir(), "vl-pet-spice-"));
  try {
    const input = join(folder, "captions.json");
    const output = join(folder, "report.json");
    const captions = items.map(({ hypothesis, references }, id) => ({
      image_id: id,
      test: hypothesis,
      refs: references,
    }));
    await writeFile(input, JSON.stringify(captions));
    const running = await startJava(options, "8G", [input, "-out", output, "-subset", "-silent"]);
    running.child.stdout.resume();
    const [status] = await once(running.child, "close");
    if (status !== 0) throw brokenOff("SPICE", running);
    const perItem = spiceScores(await readFile(output, "utf8"), items.length);
    return { corpus: perItem.reduce((sum, score) => sum + score, 0) / perItem.length, perItem };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
