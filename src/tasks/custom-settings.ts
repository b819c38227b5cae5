import * as v from "valibot";
import { VlPetError } from "../error.ts";
import { CUSTOM_METRICS, type CustomMetric } from "./custom-metrics.ts";
import { SEPARATOR } from "./row-cells.ts";
import type { TaskForm, TaskSource } from "./task.ts";
import { templateParts } from "./template.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const Name = v.pipe(v.string(), v.nonEmpty("a name"));

const Template = v.pipe(
  v.string(),
  v.check(
    (text) => templateParts(text) !== null,
    'a text with column names in braces, as "question: {question}"; a brace itself is written twice',
  ),
);

const METRICS = Object.keys(CUSTOM_METRICS) as [CustomMetric, ...CustomMetric[]];

/** What `tasks.custom` says beside its splits. */
export const CUSTOM_SETTINGS = {
  /**
   * The source text behind the prompt, with names of columns in braces. Default: `{question}`, and the choices if
   * every row has its own.
   */
  template: v.optional(Template),
  /** Columns that are called otherwise than by default. */
  columns: v.optional(
    v.strictObject({
      /** Default: `id`; without such a column rows are numbered. */
      id: v.optional(Name),
      /** Default: `image` or `images`, for clips `clip`. */
      image: v.optional(Name),
      /** Default: `answer` or `answers`. */
      target: v.optional(Name),
      /** Default: `choices`. */
      choices: v.optional(Name),
    }),
    {},
  ),
  /** What stands between the parts of a list in a CSV cell; JSON has lists of its own. */
  separator: v.optional(Name, SEPARATOR),
  visual: v.optional(v.picklist(["images", "clip"]), "images"),
  /** Pictures of every row. */
  images: v.optional(count, 1),
  /** `choice`: the answer is one of the row's choices, or of `choices`. */
  answer: v.optional(v.picklist(["text", "choice"]), "text"),
  /**
   * Choices of all rows, told apart by their first token: then no text is written, the likeliest word is chosen.
   */
  choices: v.optional(v.pipe(v.array(Name), v.minLength(2, "at least two choices"))),
  /** The first one is the headline. */
  metrics: v.optional(v.pipe(v.array(v.picklist(METRICS)), v.minLength(1, "at least one metric")), [
    "accuracy",
  ]),
  /** Token limits, markers included; null = none. */
  limits: v.optional(
    v.strictObject({
      source: v.optional(v.nullable(count), 100),
      target: v.optional(v.nullable(count), 20),
    }),
    {},
  ),
  /** Beams of written answers; `config` leaves the number to the run. */
  beams: v.optional(v.union([count, v.literal("config")]), 1),
  /** Most tokens of a written answer, the start token included. */
  maxLength: v.optional(count, 20),
  loss: v.optional(v.picklist(["example-mean", "token-mean"]), "example-mean"),
  /** Factor of the run's batch size. */
  batchShare: v.optional(v.pipe(v.number(), v.gtValue(0)), 1),
} as const satisfies Readonly<Record<string, v.GenericSchema>>;

const Settings = v.object(CUSTOM_SETTINGS);
export type CustomSettings = v.InferOutput<typeof Settings>;

/**
 * The settings among what a configuration says about the task, defaults filled in.
 *
 * @throws VlPetError "config" naming the first that has a value it cannot have.
 */
export function customSettings(source: TaskSource): CustomSettings {
  const result = v.safeParse(Settings, source);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new VlPetError("config", "a setting of the task custom has a value that it cannot have", {
    where: `tasks.custom.${v.getDotPath(issue) ?? ""}`,
    expected: issue.expected ?? issue.message,
    received: issue.received,
    fix: "give it such a value",
  });
}

/** The splits among what a configuration says about the task. */
export function customSplits(source: TaskSource): TaskSource {
  return Object.fromEntries(Object.entries(source).filter(([name]) => !Object.hasOwn(CUSTOM_SETTINGS, name)));
}

/** The words that every row is answered with, where the model is to choose among them; else null. */
export function sharedWords({
  answer,
  choices,
}: CustomSettings): readonly [string, string, ...string[]] | null {
  const [first, second, ...more] = answer === "choice" ? (choices ?? []) : [];
  return first === undefined || second === undefined ? null : [first, second, ...more];
}

/** The template, or its default. */
export function customTemplate({ template, answer, choices, columns }: CustomSettings): string {
  if (template !== undefined) return template;
  const hasOwnChoices = answer === "choice" && choices === undefined;
  return hasOwnChoices ? `{question} choices: {${columns.choices ?? "choices"}}` : "{question}";
}

export function customForm(settings: CustomSettings): TaskForm {
  const { loss, limits, visual, images, beams, maxLength, batchShare } = settings;
  const words = sharedWords(settings);
  return {
    loss,
    limits: { source: limits.source ?? Infinity, target: limits.target ?? Infinity },
    visual,
    imageCount: images,
    batchShare,
    answer: words === null ? { kind: "text", beams, maxLength } : { kind: "word", words },
  };
}
