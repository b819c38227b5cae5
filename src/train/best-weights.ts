import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { float32Tensor, type HostTensor } from "../graph/index.ts";
import { ADAPTER_WEIGHTS, readTrained, writeAdapter, writeFolder, writeJson } from "./adapter-folder.ts";
import { writeModelCard } from "./model-card.ts";
import type { ModelSession } from "./session.ts";

/** How weights did on the validation splits. */
export interface Validated {
  /** Updates after which they were validated. */
  readonly update: number;
  /** Mean of the tasks' headline scores, by which the original chooses. */
  readonly average: number;
  /** Scores by task. */
  readonly tasks: Readonly<Record<string, unknown>>;
}

const VALIDATION = "validation.json";

/** Keeps the weights that did best on the validation splits. */
export interface BestWeights {
  /** Keeps the present weights if their average is higher than that of any before. */
  consider(present: Validated): Promise<void>;
  /** The best so far; null = none was validated. */
  found(): Promise<Validated | null>;
  /** Puts the best weights in place of the present ones. */
  restore(): Promise<void>;
}

/**
 * The best weights of a run, in a folder that is whole or absent at any time. A run that goes on finds what it kept
 * before; what it kept beyond its last checkpoint it will find again, because it does the same once more.
 */
export function bestWeights(
  folder: string,
  { engine, trained, adapter, parameters }: ModelSession,
): BestWeights {
  const present = async (): Promise<ReadonlyMap<string, Float32Array>> => {
    const held = await engine.get(trained.map(({ path }) => path));
    return new Map(trained.map(({ path }) => [path, held[path]?.data as Float32Array]));
  };
  return {
    async consider(validation) {
      const best = await validated(folder);
      if (best !== null && validation.average <= best.average) return;
      const values = await present();
      await writeFolder(folder, async (temporary) => {
        await writeAdapter(temporary, adapter, trained, values);
        await writeModelCard(temporary, adapter, parameters, trained);
        await writeJson(join(temporary, VALIDATION), validation);
      });
    },
    found: () => validated(folder),
    async restore() {
      const kept = await readTrained(join(folder, ADAPTER_WEIGHTS), trained);
      const tensors = trained.map(({ path, shape }): [string, HostTensor] => [
        path,
        float32Tensor(kept.get(path) ?? [], shape),
      ]);
      await engine.put(Object.fromEntries(tensors));
    },
  };
}

/** What a folder of best weights says of itself; null where there is none. */
async function validated(folder: string): Promise<Validated | null> {
  try {
    return JSON.parse(await readFile(join(folder, VALIDATION), "utf8")) as Validated;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
