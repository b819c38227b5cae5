import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { readJson } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { absolutePaths } from "./absolute-paths.ts";
import { configError } from "./config-error.ts";
import { joinedLayers, settingLayer, type Layer } from "./layers.ts";
import { nearest } from "./nearest.ts";
import { PRESETS } from "./presets.ts";
import { RunConfig } from "./run-config.ts";

/** Where the settings of a run come from; later sources win over earlier ones, in the order of these fields. */
export interface ConfigSources {
  /** Names in `PRESETS`, in order. */
  readonly presets?: readonly string[];
  /** A JSON file. */
  readonly file?: string | null;
  /** `key.path=value` texts, values as JSON or plain text. */
  readonly set?: readonly string[];
  /** Settings made from options with a meaning of their own. */
  readonly options?: readonly Layer[];
}

/** What a file of settings holds; which settings is checked when all layers are joined. */
const Settings = v.pipe(
  v.unknown(),
  v.check(
    (content) => typeof content === "object" && content !== null && !Array.isArray(content),
    "an object",
  ),
);

/** Settings told apart by a name need one before a single one of them can be changed. */
const NAMES: Layer = { name: "the defaults", value: { pet: { name: "vl-pet" }, backbone: { name: "bart" } } };

/**
 * The one way to a run's configuration: defaults, presets, file, settings, in this order, checked once. All paths
 * come back absolute.
 *
 * @throws VlPetError "config" naming the source, the setting, what it can be and the nearest right spelling; "data"
 * when the file cannot be read or is not JSON.
 * @example
 * const config = await resolveConfig({ presets: ["vl-pet-large"], set: ["training.epochs=5"] });
 */
export async function resolveConfig(sources: ConfigSources): Promise<RunConfig> {
  const { presets = [], file = null, set = [], options = [] } = sources;
  const layers = [NAMES, ...presets.map(presetLayer)];
  if (file !== null) layers.push({ name: file, value: await readJson(file, Settings) });
  layers.push(...set.map(settingLayer), ...options);
  const input = joinedLayers(layers);
  const result = v.safeParse(RunConfig, input);
  if (!result.success) throw configError({ schema: RunConfig, input, layers }, result.issues);
  return withAbsolutePaths(result.output, file === null ? process.cwd() : resolve(dirname(file)));
}

function withAbsolutePaths(config: RunConfig, home: string): RunConfig {
  const data = resolve(home, config.data);
  const absolute = absolutePaths(RunConfig, config, data) as RunConfig;
  return { ...absolute, data, output: resolve(config.output) };
}

function presetLayer(name: string): Layer {
  if (Object.hasOwn(PRESETS, name)) {
    return { name: `preset ${name}`, value: PRESETS[name as keyof typeof PRESETS] };
  }
  const known = Object.keys(PRESETS);
  const guess = nearest(name, known);
  throw new VlPetError("config", `there is no preset "${name}"`, {
    where: `--preset ${name}`,
    expected: `one of ${known.join(", ")}`,
    fix: guess === null ? "name one of them" : `did you mean "${guess}"?`,
  });
}
