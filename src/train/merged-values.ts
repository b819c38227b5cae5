import { VlPetError } from "../error.ts";
import type { LinearValues } from "../pet/index.ts";
import { foldPlaces, type FoldPlace } from "./fold-places.ts";
import type { ModelValues } from "./model-values.ts";

/** The name of a weight among a task's own ones: `lora.down.weight` → `lora.down.tasks.vqa.weight`. */
function ofTask(name: string, task: string): string {
  const split = name.lastIndexOf(".");
  return `${name.slice(0, split)}.tasks.${task}.${name.slice(split + 1)}`;
}

function ownValues({ adapter }: ModelValues, own: string, task: string | null) {
  return (name: string): Float32Array => {
    const names = task === null ? [name] : [name, ofTask(name, task)];
    const found = names.map((one) => adapter.get(`${own}.${one}`)).find((values) => values !== undefined);
    if (found !== undefined) return found;
    throw new RangeError(`internal: a fold asks for ${own}.${name}, which the method does not have`);
  };
}

/** The task that a merge is for: the given one, when tasks have weights of their own. */
function mergedTask({ model }: ModelValues, task: string | null): string | null {
  if (model.plan.perTask !== true) return null;
  if (task !== null && model.tasks.includes(task)) return task;
  throw new VlPetError("config", "every task has weights of its own, so a merge is for one of them", {
    where: "--task",
    expected: `one of ${model.tasks.join(", ")}`,
    ...(task === null ? {} : { received: task }),
    fix: "name the task whose weights are merged",
  });
}

/** The backbone's parameters that a merge changes; all others stay as the backbone has them. */
export interface MergedValues {
  /** By path: every fold applied, trained ones as trained. */
  readonly changed: ReadonlyMap<string, Float32Array>;
  /** How many linear maps had something of the method folded into them. */
  readonly folded: number;
}

/** Merges a method's weights into the backbone's. Throws kind "config" when the method cannot be merged. */
export async function mergedValues(values: ModelValues, task: string | null): Promise<MergedValues> {
  const wanted = mergedTask(values, task);
  const places = foldPlaces(values.model, wanted);
  const merged = new Map<string, Float32Array>();
  for (const parameter of values.trained) {
    const own = values.adapter.get(parameter.path);
    if (parameter.traits.owner === "backbone" && own !== undefined) merged.set(parameter.path, own);
  }
  for (const place of places) {
    const map = await mapBefore(values, merged, place);
    const { weight, bias } = place.fold.folded(map, ownValues(values, place.own, wanted));
    merged.set(place.weight, weight);
    if (place.bias !== null && bias !== null) merged.set(place.bias, bias);
  }
  return { changed: merged, folded: places.length };
}

async function mapBefore(
  values: ModelValues,
  merged: ReadonlyMap<string, Float32Array>,
  { weight, bias }: FoldPlace,
): Promise<LinearValues> {
  const at = async (path: string): Promise<Float32Array> => {
    const parameter = values.parameters.find((one) => one.path === path);
    if (parameter === undefined) throw new RangeError(`internal: a fold into ${path}, which is no parameter`);
    return merged.get(path) ?? values.read(parameter);
  };
  return { weight: await at(weight), bias: bias === null ? null : await at(bias) };
}
