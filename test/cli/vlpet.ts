import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The built command; `npm test` builds it first. */
const MAIN = resolve(import.meta.dirname, "../../dist/cli/main.js");

/** What a finished command left behind. */
export interface Finished {
  /** Exit status; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command at work. */
export interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** Starts `vlpet` with these arguments in a folder. */
export function startVlpet(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, ...env } });
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (part: Buffer) => (text.stdout += part.toString()));
  child.stderr.on("data", (part: Buffer) => (text.stderr += part.toString()));
  const finished = new Promise<Finished>((settle, fail) => {
    child.on("error", fail);
    child.on("close", (code) => settle({ code, ...text }));
  });
  return { process: child, finished };
}

/** Runs `vlpet` to its end. */
export function vlpet(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return startVlpet(args, cwd, env).finished;
}

/** Waits until something is true. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((wake) => setTimeout(wake, 5));
}

/** Every file below a folder with a hash of its content; a folder that is not there has none. */
export function contents(folder: string): Readonly<Record<string, string>> {
  let entries;
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return {};
  }
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.toSorted().map((file) => [file.slice(folder.length + 1), hashOf(file)]));
}

function hashOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** The lines of a run's log so far. */
export function logLines(run: string): readonly string[] {
  try {
    return readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}
