import type { HostTensor, Size, Tensor } from "../graph/index.ts";
import type { FlowStep, InitRule, KeyValue, Scope, Sequence } from "../nn/index.ts";
import type { VisualLayout } from "./visual-layout.ts";

/** States, and the additive mask [B, 1, 1, N] for whoever attends to them. */
export interface MaskedStates {
  readonly states: Sequence;
  readonly mask: Tensor;
}

/** What the encoder gives, and what a side network beside it does. */
export interface Encoded extends MaskedStates {
  readonly side: MaskedStates | null;
}

/** What one decoder layer keeps from token to token: keys and values of the past, and those of an encoder's states. */
export interface CacheShape {
  readonly heads: number;
  readonly headWidth: number;
  /** Whose states it attends to, and so whose mask it reads: `encoder_mask` or `side_mask` of the feeds. */
  readonly memory: "encoder" | "side";
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
  /** What each layer remembers of the rows' own past, [B·beams, H, P, K], in the order of `caches`. */
  readonly past: readonly KeyValue[];
  /** Keys and values of the encoder's states by layer, [B, H, N, K], in the order of `caches`. */
  readonly memory: readonly KeyValue[];
  /** [B, 1, 1, N] */
  readonly mask: Tensor;
  /** The mask of the side network's encoder states, where there is one. */
  readonly sideMask?: Tensor;
}

/** A batch of one task as plain numbers; texts are padded to equal length by `feeds`. */
export interface EncoderBatch {
  readonly inputIds: readonly (readonly number[])[];
  /** [B, images·rows, F]; normalised pixels [B·images, 3, S, S] for a model that encodes images itself. */
  readonly features: Float32Array;
  /** S, where `features` are pixels. */
  readonly imageSize?: number;
  /** [B, images·rows, 4] as files hold them, (x1, y1, x2, y2); null = all zero, as in all CLIP and video data. */
  readonly boxes: Float32Array | null;
  /** How many of an example's visual tokens, from the first, may be attended to, [B]; absent = all, as in the original. */
  readonly visualCounts?: readonly number[];
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

/** How texts are searched for in a family's published configuration, where a run does not say otherwise. */
export interface SearchHabits {
  /** Size of n-grams that must not occur twice; 0 = off. */
  readonly noRepeatNgram: number;
  /** Whether the search ends as soon as there are as many finished texts as beams. */
  readonly earlyStopping: boolean;
  /** Whether beam search writes the end token at the last position, whatever its score. */
  readonly forceEnd: boolean;
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
  readonly search: SearchHabits;
  readonly initRule: InitRule;
  /** The decoder's layers, then those of a side network beside it: the order of all lists of keys and values. */
  readonly caches: readonly CacheShape[];
  /** `features` [B, images·rows, F] in place of the input of this name. */
  encode(scope: Scope, visual: VisualLayout, features?: Tensor | null): Encoded;
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
  /** The way of rows through the backbone, with what stands beside it in a side network; empty without one. */
  rowFlow(scope: Scope): readonly FlowStep[];
  encoderFeeds(batch: EncoderBatch, visual: VisualLayout): Feeds;
  decoderFeeds(batch: DecoderBatch): Feeds;
  /** `tokens`: the last token of each row; `position`: how many tokens the rows already have in their past. */
  stepFeeds(tokens: readonly number[], position: number): Feeds;
}
