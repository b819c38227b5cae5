import type { HostTensor, Size, Tensor } from "../graph/index.ts";
import type { InitRule, KeyValue, Scope, Sequence } from "../nn/index.ts";
import type { VisualLayout } from "./visual-layout.ts";

/** What the encoder gives: its states, and the additive mask [B, 1, 1, N] for whoever attends to them. */
export interface Encoded {
  readonly states: Sequence;
  readonly mask: Tensor;
}

/** Logits are `states · scale · tableᵀ + bias`. */
export interface Head {
  /** [V, D] */
  readonly table: Tensor;
  /** [V]; null = none. */
  readonly bias: Tensor | null;
  readonly scale: number;
}

/** One step of decoding: a token a row, `beams` rows an example. */
export interface DecoderStep {
  readonly beams: number;
  /** What each layer remembers of the rows' own past, [B·beams, H, P, K]. */
  readonly past: readonly KeyValue[];
  /** Keys and values of the encoder's states by layer, [B, H, N, K]. */
  readonly memory: readonly KeyValue[];
  /** [B, 1, 1, N] */
  readonly mask: Tensor;
}

/** A batch of one task as plain numbers; texts are padded to equal length by `feeds`. */
export interface EncoderBatch {
  readonly inputIds: readonly (readonly number[])[];
  /** [B, images·rows, F] */
  readonly features: Float32Array;
  /** [B, images·rows, 4] as (x1, x2, y1, y2); null = all zero, as in all CLIP and video data. */
  readonly boxes: Float32Array | null;
}

export interface DecoderBatch {
  /** What the decoder reads, [B][T]: the labels shifted right behind the start token. */
  readonly decoderIds: readonly (readonly number[])[];
}

export type Feeds = Readonly<Record<string, HostTensor>>;

/** Special token ids of a family. */
export interface SpecialTokens {
  readonly pad: number;
  readonly bos: number | null;
  readonly eos: number;
  readonly decoderStart: number;
}

export interface Sizes {
  readonly width: number;
  readonly vocabulary: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly heads: number;
  readonly headWidth: number;
  readonly featureWidth: number;
  /** Images an example can have; 0 = the backbone has no visual embedding. */
  readonly imageSlots: number;
}

/**
 * A backbone bound to its configuration: pure functions that write it into a scope's graph, and the feeds of the
 * inputs they declare. It knows no method.
 */
export interface Backbone {
  readonly name: string;
  readonly sizes: Sizes;
  readonly tokens: SpecialTokens;
  readonly initRule: InitRule;
  encode(scope: Scope, visual: VisualLayout): Encoded;
  /** Keys and values of the encoder's states for every decoder layer. */
  memory(scope: Scope, encoded: Encoded): readonly KeyValue[];
  /** What each layer remembers before a text's first token, [rows, H, P, K]; empty without a decoder prompt. */
  firstPast(scope: Scope, rows: Size): readonly KeyValue[];
  /** Decoder states [B·T, D] for whole target sequences (teacher forcing). */
  decode(scope: Scope, encoded: Encoded): Sequence;
  /** Decoder states [B·beams, D] for one more token a row, and the grown past. */
  decodeStep(
    scope: Scope,
    step: DecoderStep,
  ): { readonly rows: Tensor; readonly present: readonly KeyValue[] };
  head(scope: Scope): Head;
  encoderFeeds(batch: EncoderBatch, visual: VisualLayout): Feeds;
  decoderFeeds(batch: DecoderBatch): Feeds;
  /** `tokens`: the last token of each row; `position`: how many tokens the rows already have in their past. */
  stepFeeds(tokens: readonly number[], position: number): Feeds;
}
