import {
  configuredTasks,
  imageEncoderConfig,
  loadOptions,
  localConfig,
  type RunConfig,
  type RunTask,
  type SplitName,
} from "../../config/index.ts";
import type { FeatureSource } from "../../data/index.ts";
import { TASKS, type TaskSplit } from "../../tasks/index.ts";
import { loadTokenizer, type Tokenizer } from "../../text/index.ts";
import { featurePlaces, prefetchPlaces, SPLITS } from "../feature-places.ts";
import { photoReading, type PhotoReading } from "../photo-reading.ts";
import { featureSurvey, type FeatureSurvey, type Surveyed } from "./feature-survey.ts";
import type { Finding } from "./finding.ts";
import {
  imagesOf,
  SPLIT_CHECKS,
  type SplitCheck,
  type SplitCheckName,
  type SplitUnderCheck,
} from "./split-checks.ts";

/** What is known about one split of a task. */
export interface SplitReport {
  readonly task: RunTask;
  readonly split: SplitName;
  /** Null when it cannot be read. */
  readonly examples: number | null;
  /** Why it cannot be read, or its features not be opened. */
  readonly error: string | null;
  readonly findings: Readonly<Partial<Record<SplitCheckName, Finding>>>;
}

export interface CheckRequest {
  readonly config: RunConfig;
  /** Null = all. */
  readonly tasks: readonly RunTask[] | null;
  /** Read and count everything in place of a sample. */
  readonly all: boolean;
  readonly onProgress: (label: string, done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** Images read and texts counted of a split, if not all. */
const SAMPLE = { images: 100, texts: 1000 } as const;

/** What the checks of all splits share. */
interface Shared {
  readonly request: CheckRequest;
  readonly reading: PhotoReading;
  readonly survey: FeatureSurvey;
  readonly tokenizer: Tokenizer | null;
  /** By the places they lie in. */
  readonly sources: Map<string, Promise<FeatureSource>>;
  /** Channels of all features, once the first were read. */
  width: number | null;
}

/**
 * Checks every split of a configuration's tasks. Whatever is wrong with one is in its report; a split of a task that
 * cannot be read does not keep the others from being checked.
 *
 * @throws VlPetError "config" or "data" when the tokenizer or the image encoder cannot be read; the signal's reason.
 */
export async function dataReports(request: CheckRequest): Promise<readonly SplitReport[]> {
  const { config, tasks, all } = request;
  const reading = photoReading(config, await imageEncoderConfig(config.visual.encoder));
  const width = reading.width ?? config.backbone.featureWidth;
  const shared: Shared = {
    request,
    reading: { ...reading, ...(width === null ? {} : { width }) },
    survey: featureSurvey(all ? null : SAMPLE.images),
    tokenizer: await tokenizerOf(config),
    sources: new Map(),
    width,
  };
  const reports: SplitReport[] = [];
  try {
    for (const [task] of configuredTasks(config)) {
      if (tasks === null || tasks.includes(task)) reports.push(...(await taskReports(shared, task)));
    }
    return reports;
  } finally {
    for (const opened of await Promise.allSettled(shared.sources.values())) {
      if (opened.status === "fulfilled") await opened.value.close();
    }
  }
}

/** The run's tokenizer; null where the configuration names none. */
async function tokenizerOf(config: RunConfig): Promise<Tokenizer | null> {
  const { backbone, tokenizer } = await localConfig(config);
  const folder = tokenizer ?? backbone.folder;
  return folder === null ? null : loadTokenizer(folder);
}

async function taskReports(shared: Shared, task: RunTask): Promise<readonly SplitReport[]> {
  const { config } = shared.request;
  const settings = config.tasks[task];
  const reports: SplitReport[] = [];
  let train: TaskSplit | null = null;
  for (const split of SPLITS) {
    if (settings?.[split] === undefined) continue;
    const { features, ...source } = settings;
    try {
      const content = await TASKS[task].load(source, split, loadOptions(config, task));
      const opened = await openedSource(shared, featurePlaces(task, features, split));
      reports.push(await splitReport(shared, { task, split, content, features: opened, train }));
      if (split === "train") train = content;
    } catch (error) {
      if (shared.request.signal.aborted) throw error;
      const words = error instanceof Error ? error.message : String(error);
      reports.push({ task, split, examples: null, error: words, findings: {} });
    }
  }
  return reports;
}

function openedSource({ sources, reading }: Shared, places: readonly string[]): Promise<FeatureSource> {
  const key = places.join("\n");
  const opened = sources.get(key) ?? prefetchPlaces(places, reading);
  sources.set(key, opened);
  return opened;
}

type SplitContent = Pick<SplitUnderCheck, "task" | "split" | "content" | "features" | "train">;

async function splitReport(shared: Shared, given: SplitContent): Promise<SplitReport> {
  const { config, all, onProgress, signal } = shared.request;
  const { task, split, content, features } = given;
  const surveyed = await shared.survey.of(features, imagesOf(content), (done, total) => {
    signal.throwIfAborted();
    onProgress(`${task} ${split}`, done, total);
  });
  const first = firstSize(surveyed);
  shared.width ??= first?.width ?? null;
  const checked: SplitUnderCheck = {
    ...given,
    prompt: loadOptions(config, task).prompt,
    surveyed,
    size: { rows: content.form.visual === "clip" ? null : (first?.rows ?? null), width: shared.width },
    tokenizer: shared.tokenizer,
    mostTexts: all ? null : SAMPLE.texts,
  };
  const findings: Partial<Record<SplitCheckName, Finding>> = {};
  for (const [name, check] of Object.entries<SplitCheck>(SPLIT_CHECKS)) {
    const found = await check.find(checked);
    if (found !== null) findings[name as SplitCheckName] = found;
  }
  return { task, split, examples: content.examples.length, error: emptySplit(content), findings };
}

function emptySplit({ examples }: TaskSplit): string | null {
  return examples.length === 0 ? "there is not a single example" : null;
}

function firstSize(surveyed: ReadonlyMap<string, Surveyed>) {
  for (const found of surveyed.values()) if (!("problem" in found)) return found;
  return null;
}

/** Whether a split cannot be used as it is. */
export function isWrong({ error, findings }: SplitReport): boolean {
  const wrong = Object.entries(findings).filter(
    ([name, { count }]) => count > 0 && SPLIT_CHECKS[name as SplitCheckName].level === "error",
  );
  return error !== null || wrong.length > 0;
}
