import { loadOptions, type RunConfig, type RunTask } from "../config/index.ts";
import { imageStem, readFeatures, type Features, type FeatureSource } from "../data/index.ts";
import { checkedFeatures } from "../data/feature-check.ts";
import { PATCH_WIDTH, patchFeatures } from "../data/patch-features.ts";
import { VlPetError } from "../error.ts";
import { type Example, TASKS, type TaskSplit } from "../tasks/index.ts";
import { predictions } from "../train/evaluate.ts";
import type { ModelSession } from "../train/session.ts";

/** One image and what is asked about it. */
export interface Asked {
  readonly file: string;
  readonly kind: "photo" | "features";
  /** Null: caption the image. */
  readonly question: string | null;
}

/**
 * Captions one image, or answers a question about it.
 *
 * @throws VlPetError "config" when the model was not trained for that, "data" when the file cannot be read or its
 * features have another width than the model takes.
 */
export async function predictText(
  session: ModelSession,
  config: RunConfig,
  asked: Asked,
): Promise<{ readonly task: RunTask; readonly text: string }> {
  const task: RunTask = asked.question === null ? "caption" : "vqa";
  requireTask(config, task);
  const text = asked.question === null ? {} : { text: asked.question };
  const example = TASKS[task].ask(text, {}, loadOptions(config, task));
  const { batchSize, ...settings } = config.generation;
  const texts = await predictions({
    reader: session.reader,
    generator: session.generator,
    data: {
      split: singleExample(task, asked.file, example),
      features: fileFeatures(asked, session.model.backbone.sizes.featureWidth),
    },
    settings,
    batchSize,
  });
  return { task, text: texts.get(asked.file) ?? "" };
}

/** A model that names no tasks at all (weights without a run) is taken at its user's word. */
function requireTask({ tasks }: RunConfig, task: RunTask): void {
  const trained = Object.keys(tasks);
  if (trained.length === 0 || trained.includes(task)) return;
  throw new VlPetError("config", `this model was not trained for the task ${task}`, {
    received: `a model trained for ${trained.join(", ")}`,
    fix: task === "vqa" ? "leave --question out to have a caption" : "ask a question with --question",
  });
}

function singleExample(task: RunTask, file: string, text: Pick<Example, "prompt" | "spare">): TaskSplit {
  return {
    task,
    split: "one image",
    form: TASKS[task].form({}),
    examples: [{ ...text, id: file, images: [file], references: [] }],
    target: () => ({ text: "", weight: 0 }),
    score: () => {
      throw new RangeError("internal: a single image has nothing to be scored against");
    },
    resultFile: () => "",
  };
}

/** The features of one file, whatever it is called. */
function fileFeatures({ file, kind }: Asked, width: number): FeatureSource {
  return {
    describe: file,
    read: async () => checkedFeatures(await featuresOf(file, kind, width), imageStem(file), file, width),
    missing: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}

async function featuresOf(file: string, kind: Asked["kind"], width: number): Promise<Features> {
  if (kind === "features") return readFeatures(file, imageStem(file));
  if (width === PATCH_WIDTH) return patchFeatures(file);
  throw new VlPetError("data", "this model was trained on extracted features, not on photos", {
    where: file,
    expected: `features of width ${width}`,
    received: "a photo",
    fix: "extract the features of the image in the same way and give them with --features",
  });
}
