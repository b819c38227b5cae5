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
import { featurePlaces, openPlaces } from "./feature-places.ts";
import { photoReading } from "./photo-reading.ts";

/** Features kept in memory, so that photos are encoded once and small data sets are read once. */
const CACHE_BYTES = 2 ** 28;

/** The data of a run: each wanted split of each task that has it. */
export interface TaskSplits {
  /** Channels of a feature row. */
  readonly featureWidth: number;
  of(split: SplitName): ReadonlyMap<RunTask, TaskData>;
}

interface Loaded {
  readonly name: RunTask;
  readonly split: SplitName;
  readonly places: readonly string[];
  readonly content: TaskSplit;
}

/**
 * Reads the annotations of the wanted splits and opens the features of their images, all of which must be there; the
 * first one of each split is read to check its width.
 *
 * @throws VlPetError "data" naming the file or the images that are missing or unfit.
 */
export async function openTaskSplits(
  config: RunConfig,
  wanted: readonly SplitName[],
  tasks: readonly RunTask[] | null = null,
): Promise<TaskSplits> {
  const chosen = configuredTasks(config).filter(([name]) => tasks === null || tasks.includes(name));
  const loaded: Loaded[] = [];
  for (const [name, settings] of chosen) {
    for (const split of wanted) {
      if (settings[split] !== undefined) loaded.push(await loadedSplit(config, name, settings, split));
    }
  }
  const [first] = loaded;
  if (first === undefined) throw withoutSplits(wanted);
  const imageEncoder = await imageEncoderConfig(config.visual.encoder);
  const reading = photoReading(config, imageEncoder);
  const bare = await featureSources(loaded, reading);
  for (const entry of loaded) await requireAllImages(entry, sourceOf(bare, entry));
  const featureWidth =
    imageEncoder !== null
      ? encodedRows(imageEncoder).width
      : (config.backbone.featureWidth ?? (await sourceOf(bare, first).read(firstImage(first))).width);
  const options = { cacheBytes: CACHE_BYTES, width: featureWidth, ...reading };
  const sources = await featureSources(loaded, options);
  for (const entry of loaded) await sourceOf(sources, entry).read(firstImage(entry));
  return {
    featureWidth,
    of: (split) =>
      new Map(
        loaded
          .filter((entry) => entry.split === split)
          .map((entry) => [entry.name, { split: entry.content, features: sourceOf(sources, entry) }]),
      ),
  };
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
  if (content.examples.length > 0)
    return { name, split, places: featurePlaces(name, features, split), content };
  throw new VlPetError("data", "there is not a single example", {
    where: `tasks.${name}.${split}`,
    fix: "name files that hold some, or leave the split out",
  });
}

/** One source for the same places: tasks that share images share what is kept in memory. */
async function featureSources(
  loaded: readonly Loaded[],
  options: Parameters<typeof openPlaces>[1],
): Promise<ReadonlyMap<string, FeatureSource>> {
  const sources = new Map<string, FeatureSource>();
  for (const { places } of loaded) {
    const key = placesKey(places);
    if (!sources.has(key)) sources.set(key, await openPlaces(places, options));
  }
  return sources;
}

function placesKey(places: readonly string[]): string {
  return places.join("\n");
}

function sourceOf(sources: ReadonlyMap<string, FeatureSource>, { places }: Loaded): FeatureSource {
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
