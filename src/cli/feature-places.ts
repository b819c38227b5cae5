import type { RunConfig, RunTask, SplitName, TaskSettings } from "../config/index.ts";
import {
  blankFeatures,
  joinedFeatures,
  openFeatures,
  prefetchedFeatures,
  type FeatureOptions,
  type FeatureSource,
  type ImageEncoder,
} from "../data/index.ts";
import { VlPetError } from "../error.ts";

export const SPLITS = ["train", "valid", "test"] as const satisfies readonly SplitName[];

/**
 * Where the features of a task's split lie: the split's own places, or those of the whole task.
 *
 * @throws VlPetError "config" when the configuration names none.
 */
export function featurePlaces(
  name: RunTask,
  features: TaskSettings["features"],
  split: SplitName,
): readonly string[] {
  const places = typeof features === "string" || Array.isArray(features) ? features : features[split];
  if (places !== undefined) return [places].flat();
  throw new VlPetError("config", "a split has no features", {
    where: `tasks.${name}.features`,
    expected: `a path for "${split}", as there are files for this split`,
    received: `paths for ${Object.keys(features).join(", ")}`,
    fix: `add tasks.${name}.features.${split}, or leave tasks.${name}.${split} out`,
  });
}

/** Every place in which a task of a run has features. */
export function allPlaces({ tasks }: RunConfig, name: RunTask): readonly string[] {
  const features = tasks[name]?.features;
  if (features === undefined) return [];
  if (typeof features === "string" || Array.isArray(features)) return [features].flat();
  return [...new Set(SPLITS.flatMap((split) => features[split] ?? []))];
}

/** The features that lie in some places, as one source that is read in threads of its own. */
export async function prefetchPlaces(
  places: readonly string[],
  options: Parameters<typeof prefetchedFeatures>[1],
): Promise<FeatureSource> {
  return joinedFeatures(await Promise.all(places.map((place) => prefetchedFeatures(place, options))));
}

/** The features that lie in some places, as one source; photos are turned into features by `encode`. */
export async function openPlaces(
  places: readonly string[],
  options: FeatureOptions & { readonly encode: ImageEncoder },
): Promise<FeatureSource> {
  const opened: FeatureSource[] = [];
  for (const place of places) opened.push(await openFeatures(place, options));
  return joinedFeatures(opened);
}

/** What a run's model gets to see of some features: nothing with `visual.blank`. */
export function shownFeatures({ visual }: Pick<RunConfig, "visual">, features: FeatureSource): FeatureSource {
  return visual.blank ? blankFeatures(features) : features;
}
