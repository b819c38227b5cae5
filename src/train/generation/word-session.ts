import type { EncoderBatch } from "../../backbones/index.ts";
import { int64Tensor, symbol } from "../../graph/index.ts";
import { onnxModel } from "../../onnx/index.ts";
import { gatherRows, linearMap, mul } from "../../ops/index.ts";
import type { Engine, Session } from "../../runtime/index.ts";
import { writtenModel, type Model, type Variant } from "../model.ts";
import type { ModelWeights } from "../weights.ts";

/** Scores given tokens as the first of an answer. */
export interface WordSession {
  /** Logits of `tokens` behind the decoder's start, by example: [B][tokens]. */
  scores(batch: EncoderBatch, tokens: readonly number[]): Promise<readonly (readonly number[])[]>;
}

/** Which of some words has the highest score; of equal ones the later, as in the original's NLVR2. */
export function likeliest(scores: readonly number[]): number {
  return scores.lastIndexOf(Math.max(...scores));
}

export interface WordSessionRequest {
  readonly engine: Engine;
  readonly model: Model;
  readonly weights: ModelWeights;
  readonly variant: Variant;
}

/**
 * Compiles encoder and decoder for answers of one word (the original's NLVR2). Only the last position of the decoder's
 * start, and of the LM head only the rows of the asked tokens, are computed.
 */
export async function wordSession({
  engine,
  model,
  weights,
  variant,
}: WordSessionRequest): Promise<WordSession> {
  const { backbone } = model;
  const session = await engine.compile(onnxModel(wordGraph(model, variant), weights.frozen), weights.folder);
  const { decoderStart, bos } = backbone.tokens;
  const start = bos === null ? [decoderStart] : [decoderStart, bos];
  return {
    async scores(batch, tokens) {
      const decoderIds = batch.inputIds.map(() => start);
      const rows = decoderIds.map((_, b) => (b + 1) * start.length - 1);
      return scoredWords(session, tokens.length, {
        ...backbone.encoderFeeds(batch, variant.visual),
        ...backbone.decoderFeeds({ decoderIds }),
        answer_rows: int64Tensor(rows, [rows.length]),
        answer_words: int64Tensor(tokens, [tokens.length]),
      });
    },
  };
}

/** Inputs beside the model's: `answer_rows` [B], rows of the decoder; `answer_words` [W], token ids. Output [B, W]. */
function wordGraph(model: Model, variant: Variant) {
  const { scope, states, head } = writtenModel(model, variant, "evaluate");
  const rows = scope.graph.input("answer_rows", "int64", [symbol("B")]);
  const words = scope.graph.input("answer_words", "int64", [symbol("W")]);
  const picked = gatherRows(states.rows, rows); // [B, D]
  const table = gatherRows(head.table, words); // [W, D]
  const bias = head.bias === null ? null : gatherRows(head.bias, words); // [W]
  return { logits: linearMap(head.scale === 1 ? picked : mul(picked, head.scale), table, bias) };
}

async function scoredWords(
  session: Session,
  count: number,
  feeds: Parameters<Session["run"]>[0]["feeds"],
): Promise<readonly (readonly number[])[]> {
  const { logits } = await session.run({ feeds, fetch: ["logits"] });
  const values = Array.from(logits?.data ?? [], Number);
  return Array.from({ length: values.length / count }, (_, b) => values.slice(b * count, (b + 1) * count));
}
