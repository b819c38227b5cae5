import { resolve } from "node:path";
import type { Command } from "commander";
import { resolveConfig, type ConfigSources, type Layer, type RunConfig } from "../config/index.ts";

/** The options of every command that takes a configuration. */
export interface ConfigOptions {
  readonly preset: readonly string[];
  readonly config?: string;
  readonly set: readonly string[];
}

/** Adds a value to those an option was given before. */
export function collected(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

/** Declares --preset, --config and --set. */
export function addConfigOptions(command: Command): Command {
  return command
    .option(
      "-p, --preset <name>",
      "a ready-made configuration; several are laid over each other",
      collected,
      [],
    )
    .option("-c, --config <file>", "a JSON file of settings, laid over the presets")
    .option(
      "-s, --set <key=value>",
      "one setting, such as training.epochs=5, laid over everything else; can be repeated",
      collected,
      [],
    );
}

/** Whether any of these options was given. */
export function hasConfig({ preset, config, set }: ConfigOptions): boolean {
  return preset.length > 0 || config !== undefined || set.length > 0;
}

/** The configuration that the options describe. */
export async function configFrom(
  { preset, config, set }: ConfigOptions,
  options: readonly Layer[] = [],
): Promise<RunConfig> {
  const sources: ConfigSources = { presets: preset, file: config ?? null, set, options };
  return resolveConfig(sources);
}

/** What `--output` says, as a layer. */
export function outputLayer(output: string | undefined): readonly Layer[] {
  return output === undefined ? [] : [{ name: `--output ${output}`, value: { output: resolve(output) } }];
}
