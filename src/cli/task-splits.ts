import {
  configuredTasks,
  imageEncoderConfig,
  loadOptions,
  type RunConfig,
  type RunTask,
  type SplitName,
  type TaskSettings,
} from "../config/index.ts";
import { requireImages, type FeatureSource } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { TASKS, type TaskSplit, topkPart } from "../tasks/index.ts";
import { encodedRows } from "../train/image-encoder.ts";
import type { TaskData } from "../train/task-data.ts";
import { featureSurvey } from "./check/feature-survey.ts";
import { imagesOf } from "./check/split-checks.ts";
import { featurePlaces, prefetchPlaces, shownFeatures } from "./feature-places.ts";
import { photoReading } from "./photo-reading.ts";
import { type SkippedExample, usableExamples } from "./skipped-examples.ts";

/** Features kept in memory, so that photos are encoded once and small data sets are read once. */
const CACHE_BYTES = 2 ** 28;

/** The data of a run: each wanted split of each task that has it. */
export interface TaskSplits {
  /** Channels of a feature row. */
  readonly featureWidth: number;
  /** Examples left out because their features cannot be used; empty unless the configuration asks for that. */
  readonly skipped: readonly SkippedExample[];
  of(split: SplitName): ReadonlyMap<RunTask, TaskData>;
}

/** How splits are opened. */
export interface OpenSplits {
  /** Only these tasks; null = all. */
  readonly tasks?: readonly RunTask[] | null;
  /** Called while features are read to find those that cannot be used. */
  readonly onRead?: (label: string, done: number, total: number) => void;
}

interface Loaded {
  readonly name: RunTask;
  readonly split: SplitName;
  readonly places: readonly string[];
  readonly content: TaskSplit;
}

/**
 * Reads the annotations of the wanted splits and opens the features of their images. All of them must be there, and the
 * first one of each split is read to check its width; with the setting `skipBad` all are read, and examples whose
 * features cannot be used are left out.
 *
 * @throws VlPetError "data" naming the file or the images that are missing or unfit; and what `onRead` throws.
 */
export async function openTaskSplits(
  config: RunConfig,
  wanted: readonly SplitName[],
  { tasks = null, onRead = () => undefined }: OpenSplits = {},
): Promise<TaskSplits> {
  const loaded = await loadedSplits(config, wanted, tasks);
  const imageEncoder = await imageEncoderConfig(config.visual.encoder);
  const reading = photoReading(config, imageEncoder);
  const bare = await featureSources(loaded, reading);
  if (!config.skipBad) for (const entry of loaded) await requireAllImages(entry, sourceOf(bare, entry));
  const featureWidth =
    imageEncoder === null
      ? (config.backbone.featureWidth ?? (await firstWidth(loaded, bare, config)))
      : encodedRows(imageEncoder).width;
  const options = { cacheBytes: CACHE_BYTES, width: featureWidth, ...reading };
  const sources = await featureSources(loaded, options);
  const { entries, skipped } = config.skipBad
    ? await usableSplits(loaded, sources, onRead)
    : { entries: loaded, skipped: [] };
  for (const entry of entries) await sourceOf(sources, entry).read(firstImage(entry));
  return {
    featureWidth,
    skipped,
    of: (split) =>
      new Map(
        entries
          .filter((entry) => entry.split === split)
          .map((entry) => [
            entry.name,
            { split: entry.content, features: shownFeatures(config, sourceOf(sources, entry)) },
          ]),
      ),
  };
}

async function loadedSplits(
  config: RunConfig,
  wanted: readonly SplitName[],
  tasks: readonly RunTask[] | null,
): Promise<readonly [Loaded, ...Loaded[]]> {
  const loaded: Loaded[] = [];
  for (const [name, settings] of configuredTasks(config)) {
    if (tasks !== null && !tasks.includes(name)) continue;
    for (const split of wanted) {
      if (settings[split] !== undefined) loaded.push(await loadedSplit(config, name, settings, split));
    }
  }
  const [first, ...more] = loaded;
  if (first === undefined) throw withoutSplits(wanted);
  return [first, ...more];
}

type Sources = ReadonlyMap<string, FeatureSource>;

/** Channels of the first image; of the first that can be read, where others may be left out. */
async function firstWidth(
  [first]: readonly [Loaded, ...Loaded[]],
  bare: Sources,
  { skipBad }: RunConfig,
): Promise<number> {
  const source = sourceOf(bare, first);
  if (!skipBad) return (await source.read(firstImage(first))).width;
  for (const image of imagesOf(first.content)) {
    const found = await source.read(image).catch(() => null);
    if (found !== null) return found.width;
  }
  throw new VlPetError("data", "not a single image has features that can be used", {
    where: `tasks.${first.name}.${first.split}`,
    received: source.describe,
    fix: "name the right places in the task's features",
  });
}

/** The splits without the examples that cannot be used, and those examples. */
async function usableSplits(
  loaded: readonly Loaded[],
  sources: Sources,
  onRead: NonNullable<OpenSplits["onRead"]>,
): Promise<{ readonly entries: readonly Loaded[]; readonly skipped: readonly SkippedExample[] }> {
  const survey = featureSurvey(null);
  const entries: Loaded[] = [];
  const skipped: SkippedExample[] = [];
  for (const entry of loaded) {
    const doubtful = { ...entry, features: sourceOf(sources, entry) };
    const label = `${entry.name} ${entry.split}`;
    const usable = await usableExamples(doubtful, survey, (done, total) => onRead(label, done, total));
    entries.push({ ...entry, content: usable.content });
    for (const example of usable.skipped) skipped.push(example);
  }
  return { entries, skipped };
}

async function loadedSplit(
  config: RunConfig,
  name: RunTask,
  { features, ...source }: TaskSettings,
  split: SplitName,
): Promise<Loaded> {
  const { trainTopk, validTopk, seed } = config.training;
  const whole = await TASKS[name].load(source, split, loadOptions(config, name));
  const content = topkPart(whole, split === "train" ? trainTopk : validTopk, seed);
  if (split === "train") requireTargets(name, content);
  if (content.examples.length > 0)
    return { name, split, places: featurePlaces(name, features, split), content };
  throw new VlPetError("data", "there is not a single example", {
    where: `tasks.${name}.${split}`,
    fix: "name files that hold some, or leave the split out",
  });
}

/** @throws VlPetError "data" when an example of a training split has nothing to be trained towards. */
function requireTargets(name: RunTask, content: TaskSplit): void {
  const without = content.examples.filter((_, index) => !content.hasTarget(index));
  const [first] = without;
  if (first === undefined) return;
  throw new VlPetError("data", "there are training examples without an answer to train towards", {
    where: `tasks.${name}.train`,
    expected: "an answer for every example",
    received: `${without.length} of ${content.examples.length} without one, the first is ${first.id}`,
    fix: "name files with answers or labels, or leave these examples out of the files",
  });
}

/** One source for the same places: tasks that share images share what is kept in memory. */
async function featureSources(
  loaded: readonly Loaded[],
  options: Parameters<typeof prefetchPlaces>[1],
): Promise<Sources> {
  const sources = new Map<string, FeatureSource>();
  for (const { places } of loaded) {
    const key = placesKey(places);
    if (!sources.has(key)) sources.set(key, await prefetchPlaces(places, options));
  }
  return sources;
}

function placesKey(places: readonly string[]): string {
  return places.join("\n");
}

function sourceOf(sources: Sources, { places }: Loaded): FeatureSource {
  const source = sources.get(placesKey(places));
  if (source === undefined) throw new RangeError(`internal: no features were opened in ${placesKey(places)}`);
  return source;
}

async function requireAllImages({ name, split, content }: Loaded, source: FeatureSource): Promise<void> {
  const described = { ...source, describe: `${source.describe}, for tasks.${name}.${split}` };
  await requireImages(
    described,
    content.examples.flatMap(({ images }) => images),
  );
}

function firstImage({ content }: Loaded): string {
  return content.examples[0]?.images[0] ?? "";
}

function withoutSplits(wanted: readonly SplitName[]): VlPetError {
  return new VlPetError("config", `no task has files of the split ${wanted.join(", ")}`, {
    where: "tasks",
    expected: '{ "caption": { "features": a folder, "train": { "annotations": a file } } } or the like',
    fix: "name the data, for example --images PHOTOS --captions captions.json, or --preset original-data --set data=FOLDER",
  });
}
