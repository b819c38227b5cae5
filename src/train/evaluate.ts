import { VlPetError } from "../error.ts";
import type { Answer, Scores } from "../tasks/index.ts";
import type { Tokenizer } from "../text/index.ts";
import { likeliest, type Generator, type SearchSettings } from "./generation/index.ts";
import { encodedExamples, type EncodedExamples, type Reader, type TaskData } from "./task-data.ts";

/** How texts are searched for, beside what a task itself fixes. */
export interface GenerationSettings {
  /** Beams of the tasks that leave the number to the run. */
  readonly beams: number;
  /** As in `SearchSettings`; null = as the backbone was published. */
  readonly noRepeatNgram: number | null;
  readonly earlyStopping: boolean | null;
  readonly lengthPenalty: number;
}

export interface PredictRequest {
  readonly reader: Reader;
  readonly generator: Generator;
  readonly data: TaskData;
  readonly settings: GenerationSettings;
  readonly batchSize: number;
  /** Predict only the first so many examples. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The search that a task's answers ask for, with the run's beams or its own. (spec: training §8) */
function searchSettings(
  { beams, maxLength }: TextAnswer,
  { reader, settings }: Pick<PredictRequest, "reader" | "settings">,
): SearchSettings {
  const { search } = reader.model.backbone;
  return {
    beams: beams === "config" ? settings.beams : beams,
    maxLength,
    noRepeatNgram: settings.noRepeatNgram ?? search.noRepeatNgram,
    earlyStopping: settings.earlyStopping ?? search.earlyStopping,
    lengthPenalty: settings.lengthPenalty,
    forceEnd: search.forceEnd,
  };
}

type TextAnswer = Extract<Answer, { kind: "text" }>;

/** Answers some encoded examples. */
type Answering = (examples: EncodedExamples) => Promise<readonly string[]>;

function writing(answer: TextAnswer, request: PredictRequest): Answering {
  const search = searchSettings(answer, request);
  const { reader, generator } = request;
  return async ({ batch, variant }) => {
    const sequences = await generator.generate(batch, variant, search);
    return sequences.map((ids) => reader.tokenizer.decode(ids, { skipSpecial: true }).trim());
  };
}

/** Words are compared by the first token of each, without a space before it, as the original compares them. */
function choosing(words: readonly string[], { reader, generator }: PredictRequest): Answering {
  const tokens = firstTokens(words, reader.tokenizer);
  return async ({ batch, variant }) => {
    const scores = await generator.wordScores(batch, variant, tokens);
    return scores.map((row) => words[likeliest(row)] ?? "");
  };
}

/** @throws VlPetError "config" when two words begin with the same token. */
function firstTokens(words: readonly string[], tokenizer: Tokenizer): readonly number[] {
  const first = tokenizer.bosId === undefined ? 0 : 1;
  const tokens = words.map((word) => tokenizer.encode(word)[first] ?? tokenizer.eosId);
  const twin = tokens.findIndex((token, i) => tokens.indexOf(token) !== i);
  if (twin === -1) return tokens;
  const alike = words.filter((_, i) => tokens[i] === tokens[twin]).join(", ");
  throw new VlPetError("config", "two answers to choose from begin with the same token", {
    where: "the task's answers",
    expected: "words that differ in their first token, by which they are told apart",
    received: alike,
    fix: "use other words, or have the model write the answer",
  });
}

/** Answers by example id. Throws the signal's reason when it is aborted. */
export async function predictions(request: PredictRequest): Promise<ReadonlyMap<string, string>> {
  const { reader, data, batchSize, signal, onProgress } = request;
  const { examples, form } = data.split;
  const total = Math.min(examples.length, request.limit ?? examples.length);
  const { answer } = form;
  const answering = answer.kind === "text" ? writing(answer, request) : choosing(answer.words, request);
  const texts = new Map<string, string>();
  for (let start = 0; start < total; start += batchSize) {
    signal?.throwIfAborted();
    const indices = Array.from({ length: Math.min(batchSize, total - start) }, (_, i) => start + i);
    const answers = await answering(await encodedExamples(reader, data, indices));
    indices.forEach((index, i) => {
      const example = examples[index];
      if (example !== undefined) texts.set(example.id, answers[i] ?? "");
    });
    onProgress?.(start + indices.length, total);
  }
  return texts;
}

/** Predicts and scores a split. */
export async function evaluated(
  request: PredictRequest,
): Promise<{ readonly scores: Scores; readonly predictions: ReadonlyMap<string, string> }> {
  const texts = await predictions(request);
  return { scores: request.data.split.score(texts), predictions: texts };
}
