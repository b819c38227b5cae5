import { VlPetError } from "../error.ts";

/** Some settings and where they come from. Later layers win. */
export interface Layer {
  /** What errors call it: a file, a preset, an option. */
  readonly name: string;
  readonly value: unknown;
}

type Settings = Readonly<Record<string, unknown>>;

function isSettings(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * One value over another. Objects are joined key by key, anything else is replaced; so are objects told apart by a
 * `name` when the names differ, because the settings of one method mean nothing to another.
 */
function over(lower: unknown, upper: unknown): unknown {
  if (!isSettings(lower) || !isSettings(upper)) return upper;
  const renamed = "name" in upper && "name" in lower && upper["name"] !== lower["name"];
  if (renamed) return upper;
  const joined = new Map(Object.entries(lower));
  for (const [key, value] of Object.entries(upper)) {
    joined.set(key, joined.has(key) ? over(joined.get(key), value) : value);
  }
  return Object.fromEntries(joined);
}

/** All layers as one value. */
export function joinedLayers(layers: readonly Layer[]): unknown {
  return layers.reduce((lower: unknown, { value }) => over(lower, value), {});
}

/** The layer of a `key.path=value` option. The value is read as JSON, or as text where it is none. */
export function settingLayer(option: string): Layer {
  const split = option.indexOf("=");
  const keys = option.slice(0, split).split(".");
  if (split < 1 || keys.includes("")) {
    throw new VlPetError("config", "a setting needs a key and a value", {
      where: `--set ${option}`,
      expected: "key.path=value, such as training.epochs=5",
      fix: "write the key, an equals sign and the value without spaces around it",
    });
  }
  const value = valueOf(option.slice(split + 1));
  return {
    name: `--set ${option}`,
    value: keys.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value),
  };
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** How many keys of a path a value has, own ones only. */
function depth(value: unknown, path: readonly (string | number)[]): number {
  let found = value;
  for (const [i, key] of path.entries()) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return i;
    found = (found as Readonly<Record<string | number, unknown>>)[key];
  }
  return path.length;
}

/** The layer that said what is at `path`: the last of those that reach furthest along it. */
export function layerOf(layers: readonly Layer[], path: readonly (string | number)[]): Layer | null {
  let best: Layer | null = null;
  let furthest = 1;
  for (const layer of layers) {
    const reach = depth(layer.value, path);
    if (reach >= furthest) [best, furthest] = [layer, reach];
  }
  return best;
}
