import { resolve } from "node:path";
import { Command } from "commander";
import { interruptible } from "./interrupt.ts";

/** What the demo is asked to do. */
export interface DemoOptions {
  /** The folder for data and run. */
  readonly output: string;
  readonly seed: number;
  /** Show no progress. */
  readonly quiet: boolean;
  readonly signal: AbortSignal;
}

interface ParsedOptions {
  readonly output: string;
  readonly seed: string;
  readonly quiet: boolean;
}

/** `vlpet demo`: the frame round `runDemo`. */
export function demoCommand(runDemo: (options: DemoOptions) => Promise<void>): Command {
  return new Command("demo")
    .description("make a small data set, tune the built-in model on it and try it out")
    .option("-o, --output <folder>", "where data and run go", "runs/demo")
    .option("--seed <number>", "seed of data and training", "1")
    .option("-q, --quiet", "show no progress", false)
    .action(async ({ output, seed, quiet }: ParsedOptions, command: Command) => {
      const number = Number(seed);
      if (!Number.isSafeInteger(number) || number < 0) {
        command.error(`error: option '--seed <number>' argument '${seed}' is no whole number`, {
          exitCode: 2,
        });
      }
      await interruptible((signal) => runDemo({ output: resolve(output), seed: number, quiet, signal }));
    });
}
