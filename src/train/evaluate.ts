import type { Scores } from "../tasks/index.ts";
import type { Generator, SearchSettings } from "./generation/index.ts";
import { encodedExamples, type Reader, type TaskData } from "./task-data.ts";

/** How texts are searched for, beside what a task itself fixes. */
export interface GenerationSettings {
  /** Beams of the tasks that leave the number to the run. */
  readonly beams: number;
  readonly noRepeatNgram: number;
  readonly earlyStopping: boolean;
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

/** The search a task asks for: QA is greedy, captions use the run's beams; BART forces the end in beam search. */
export function searchSettings({
  reader,
  data,
  settings,
}: Omit<PredictRequest, "batchSize" | "generator">): SearchSettings {
  const { beams, maxLength } = data.task.generation;
  return {
    ...settings,
    beams: beams === "config" ? settings.beams : beams,
    maxLength,
    forceEnd: reader.model.backbone.name === "bart",
  };
}

/** Generated texts by example id. Throws the signal's reason when it is aborted. */
export async function predictions(request: PredictRequest): Promise<ReadonlyMap<string, string>> {
  const { reader, generator, data, batchSize, signal, onProgress } = request;
  const { examples } = data.split;
  const total = Math.min(examples.length, request.limit ?? examples.length);
  const search = searchSettings(request);
  const texts = new Map<string, string>();
  for (let start = 0; start < total; start += batchSize) {
    signal?.throwIfAborted();
    const indices = Array.from({ length: Math.min(batchSize, total - start) }, (_, i) => start + i);
    const { batch, variant } = await encodedExamples(reader, data, indices);
    const sequences = await generator.generate(batch, variant, search);
    indices.forEach((index, i) => {
      const example = examples[index];
      if (example !== undefined)
        texts.set(example.id, reader.tokenizer.decode(sequences[i] ?? [], { skipSpecial: true }).trim());
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
