import type { EncoderBatch } from "../../backbones/index.ts";
import type { Engine } from "../../runtime/index.ts";
import type { Model, Variant } from "../model.ts";
import type { ModelWeights } from "../weights.ts";
import { beamSearch } from "./beam-search.ts";
import { decoderSession, type DecoderSession } from "./decoder-session.ts";
import { greedySearch } from "./greedy.ts";
import { candidateWidth, type SearchSettings } from "./search.ts";
import { wordSession, type WordSession } from "./word-session.ts";

export type { SearchSettings } from "./search.ts";
export { likeliest } from "./word-session.ts";

/** Writes texts for batches of examples. */
export interface Generator {
  /** Token sequences, start and (if reached) end token included. */
  generate(
    batch: EncoderBatch,
    variant: Variant,
    settings: SearchSettings,
  ): Promise<readonly (readonly number[])[]>;
  /** Logits of `tokens` as the first of an answer, [B][tokens]. */
  wordScores(
    batch: EncoderBatch,
    variant: Variant,
    tokens: readonly number[],
  ): Promise<readonly (readonly number[])[]>;
}

/** A generator over weights that the engine holds (trained ones under their paths). Sessions are compiled when first needed. */
export function generator(request: {
  readonly engine: Engine;
  readonly model: Model;
  readonly weights: ModelWeights;
}): Generator {
  const sessions = new Map<string, Promise<DecoderSession>>();
  const wordSessions = new Map<string, Promise<WordSession>>();
  const tokens = request.model.backbone.tokens;
  return {
    async generate(batch, variant, settings) {
      const width = candidateWidth(settings);
      const key = JSON.stringify([variant, settings.beams, width]);
      const session =
        sessions.get(key) ?? decoderSession({ ...request, variant, beams: settings.beams, width });
      sessions.set(key, session);
      const next = await (await session).begin(batch);
      const search = settings.beams === 1 ? greedySearch : beamSearch;
      return search(batch.inputIds.length, next, settings, tokens);
    },
    async wordScores(batch, variant, words) {
      const key = JSON.stringify(variant);
      const session = wordSessions.get(key) ?? wordSession({ ...request, variant });
      wordSessions.set(key, session);
      return (await session).scores(batch, words);
    },
  };
}
