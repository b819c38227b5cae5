import * as v from "valibot";
import { entriesOnce, type EntryForm } from "./entries-once.ts";
import { readLines } from "./json-file.ts";

/** One question about a video clip, with answers to choose from. */
export interface ClipQuestion {
  readonly id: number | string;
  /** The name of the clip's feature file. */
  readonly clip: string;
  readonly question: string;
  /** The seconds that are asked about, as the file has them: `3.5-9.25`. */
  readonly time: string;
  readonly choices: readonly string[];
  /** The right choice, from 0; undefined where the split has no answers. */
  readonly answer: number | undefined;
  /** TVQA: the show that the clip is of. */
  readonly show: string | undefined;
}

/** A question with so many choices, which are called a0, a1 and so on. */
function questionLine(choices: number) {
  const names = Array.from({ length: choices }, (_, i) => `a${i}` as const);
  const line = v.object({
    qid: v.union([v.number(), v.string()]),
    q: v.string(),
    ts: v.string(),
    vid_name: v.string(),
    show_name: v.optional(v.string()),
    answer_idx: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(choices - 1))),
    ...Object.fromEntries(names.map((name) => [name, v.string()])),
  });
  return v.pipe(
    line,
    v.transform((entry): ClipQuestion => {
      const answers = entry as Readonly<Record<(typeof names)[number], string>>;
      return {
        id: entry.qid,
        clip: entry.vid_name,
        question: entry.q,
        time: entry.ts,
        choices: names.map((name) => answers[name] ?? ""),
        answer: entry.answer_idx,
        show: entry.show_name,
      };
    }),
  );
}

/**
 * Reads questions about clips, files one after another: JSON lines as VALUE releases them for TVQA (five choices) and
 * How2QA (four). Of a question that comes again the later one counts: TVQA's test files overlap.
 *
 * @throws VlPetError "data" when a file is unreadable or has another form, or one `qid` stands for two questions or has
 * two answers.
 */
export function readClipQuestions(
  files: readonly string[],
  { choices }: { readonly choices: number },
): Promise<ClipQuestion[]> {
  const schema = questionLine(choices);
  return entriesOnce(QUESTION, files, (file) => readLines(file, schema));
}

const QUESTION: EntryForm<ClipQuestion> = {
  key: "qid",
  asked: ({ clip, question, time, choices }) => [clip, question.trim(), time, choices.map(withoutStops)],
  answer: ({ answer }) => answer,
};

/** A choice without full stops and spaces at its ends, as texts show it (spec: datasets §9.3). */
export function withoutStops(choice: string): string {
  return choice.replaceAll(/^[. ]+|[. ]+$/g, "");
}
