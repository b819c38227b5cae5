import type { RunTask, SplitName } from "../../config/index.ts";
import type { FeatureSource } from "../../data/index.ts";
import type { Example, TaskSplit } from "../../tasks/index.ts";
import type { Tokenizer } from "../../text/index.ts";
import type { Surveyed } from "./feature-survey.ts";
import { finding, type Finding, sampled } from "./finding.ts";

/** A split with all that checks look at. */
export interface SplitUnderCheck {
  readonly task: RunTask;
  readonly split: SplitName;
  readonly content: TaskSplit;
  /** The words before every text. */
  readonly prompt: string;
  readonly features: FeatureSource;
  readonly surveyed: ReadonlyMap<string, Surveyed>;
  /** Rows and channels that all features must have; null where they may be any. */
  readonly size: { readonly rows: number | null; readonly width: number | null };
  /** The same task's training split; null for itself and where there is none. */
  readonly train: TaskSplit | null;
  readonly tokenizer: Tokenizer | null;
  /** Texts of which the tokens are counted; null = all. */
  readonly mostTexts: number | null;
}

/** One thing that can be wrong with a split. */
export interface SplitCheck {
  /** The head of its column. */
  readonly label: string;
  /** In words, behind a count. */
  readonly says: string;
  /** Whether data of which this is true can be used all the same. */
  readonly level: "error" | "note";
  /** Null where there is nothing to check. */
  find(checked: SplitUnderCheck): Finding | null | Promise<Finding | null>;
}

/** Every check of a split, one an entry. */
export const SPLIT_CHECKS = {
  missing: {
    label: "missing",
    says: "images without features",
    level: "error",
    async find({ content, features }) {
      const images = imagesOf(content);
      return finding(await features.missing(images), images.length);
    },
  },
  unreadable: {
    label: "unreadable",
    says: "features that cannot be used",
    level: "error",
    find: ({ surveyed }) => {
      const problems = [...surveyed].flatMap(([id, found]) =>
        "problem" in found ? [`${id} (${found.problem})`] : [],
      );
      return finding(problems, surveyed.size);
    },
  },
  size: {
    label: "other size",
    says: "features of another size than the first",
    level: "error",
    find: ({ surveyed, size }) => {
      const others = [...surveyed].flatMap(([id, found]) =>
        "problem" in found || hasSize(found, size) ? [] : [`${id} (${found.rows} × ${found.width})`],
      );
      return finding(others, surveyed.size);
    },
  },
  twice: {
    label: "same id",
    says: "examples with the id of another",
    level: "error",
    find: ({ content: { examples } }) => finding(repeated(examples.map(({ id }) => id)), examples.length),
  },
  sharedImages: {
    label: "images in train",
    says: "images that are trained on, too",
    level: "error",
    find: ({ content, train }) => (train === null ? null : common(imagesOf(content), imagesOf(train))),
  },
  sharedExamples: {
    label: "examples in train",
    says: "examples that are trained on, too",
    level: "error",
    find: ({ content, train }) =>
      train === null ? null : common(content.examples.map(exampleKey), train.examples.map(exampleKey)),
  },
  empty: {
    label: "empty text",
    says: "examples whose text or target is empty",
    level: "error",
    find({ content: { examples }, prompt }) {
      const bare = prompt.trim();
      const hasTexts = examples.some((example) => example.prompt.trim() !== bare);
      const isEmpty = (example: Example): boolean =>
        (hasTexts && example.prompt.trim() === bare) || example.references.some((text) => text.trim() === "");
      return finding(
        examples.filter(isEmpty).map(({ id }) => id),
        examples.length,
      );
    },
  },
  untaught: {
    label: "no target",
    says: "training examples without a target",
    level: "note",
    find({ split, content: { examples } }) {
      if (split !== "train") return null;
      return finding(
        examples.filter(({ references }) => references.length === 0).map(({ id }) => id),
        examples.length,
      );
    },
  },
  cutTexts: {
    label: "cut text",
    says: "texts over the limit of tokens",
    level: "note",
    find: (checked) => cut(checked, checked.content.form.limits.source, ({ prompt }) => [prompt]),
  },
  cutTargets: {
    label: "cut target",
    says: "examples with a target over the limit of tokens",
    level: "note",
    find: (checked) => cut(checked, checked.content.form.limits.target, ({ references }) => references),
  },
} as const satisfies Readonly<Record<string, SplitCheck>>;

export type SplitCheckName = keyof typeof SPLIT_CHECKS;

/** The images of a split, each once. */
export function imagesOf({ examples }: TaskSplit): readonly string[] {
  return [...new Set(examples.flatMap(({ images }) => images))];
}

function hasSize(
  found: { readonly rows: number; readonly width: number },
  size: SplitUnderCheck["size"],
): boolean {
  const { rows, width } = size;
  return (rows === null || found.rows === rows) && (width === null || found.width === width);
}

function repeated(ids: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.has(id) || !seen.add(id));
}

/** What is shown and asked, whatever the answer. */
function exampleKey({ images, prompt }: Example): string {
  return `${images.join(" ")}: ${prompt}`;
}

function common(keys: readonly string[], trained: readonly string[]): Finding {
  const known = new Set(trained);
  return finding(
    keys.filter((key) => known.has(key)),
    keys.length,
  );
}

function cut(
  { content, tokenizer, mostTexts }: SplitUnderCheck,
  limit: number,
  textsOf: (example: Example) => readonly string[],
): Finding | null {
  if (tokenizer === null) return null;
  const looked = sampled(content.examples, mostTexts);
  const isLong = (text: string): boolean => tokenizer.encode(text).length > limit;
  return finding(
    looked.filter((example) => textsOf(example).some(isLong)).map(({ id }) => id),
    looked.length,
  );
}
