import type { Shape, Size, Tensor } from "../graph/index.ts";
import type { AttentionKind, Init, InitRule, NormKind, Scope } from "../nn/index.ts";
import type { SearchHabits, Sizes, SpecialTokens } from "./backbone.ts";
import type { VisualConfig } from "./visual-embedding.ts";

export type StackName = "encoder" | "decoder";

/** Where the parts of a layer lie in the checkpoint, below the layer. */
export interface LayerNames {
  readonly selfAttention: string;
  readonly selfAttentionNorm: string;
  readonly crossAttention: string;
  readonly crossAttentionNorm: string;
  /** The FFN's two linear maps; `ffn` is the place of the whole, where its sites are opened. */
  readonly ffnFirst: string;
  readonly ffnLast: string;
  readonly ffn: string;
  readonly ffnNorm: string;
}

/** Start of the FFN's two weights, where it is not the family's own rule. */
export interface FfnStarts {
  readonly first?: Init;
  readonly last?: Init;
}

/** How a family tells positions apart: by rows of a table, whose indices the host counts. */
export interface PositionScheme {
  /** Whether the rows of an encoder prompt have positions like those of the text behind it. */
  readonly countsPrompt: boolean;
  /** Shape of the indices of `queries` positions that end `keys` ones. */
  shape(queries: Size, keys: Size): Shape;
  /**
   * The indices of `count` positions behind `first` earlier ones, of `shape(count, first + count)`. Throws kind "shape"
   * when the text is too long for the table.
   */
  indices(stack: StackName, first: number, count: number): readonly number[];
  /** What positions do to tokens [B, T, D] before the first layer. */
  absolute(scope: Scope, tokens: Tensor, indices: Tensor): Tensor;
  /** Where the table of relative positions lies below its stack, when it lies in this layer; null = there is none. */
  relativeTable(layer: number): string | null;
  /** What positions add to all scores of a stack's self-attentions, [1, H, T, S], by a table in one of its layers; null = nothing. */
  relative(scope: Scope, indices: Tensor, layer: number): Tensor | null;
}

/**
 * What tells one encoder-decoder family from another. Everything else (the joint encoder, masks, the key-value cache,
 * beams, feeds, sites) is the same program: see `encoderDecoder`.
 */
export interface Family {
  readonly name: string;
  readonly sizes: Sizes & { readonly ffnWidth: number };
  readonly visual: VisualConfig;
  readonly tokens: SpecialTokens;
  readonly search: SearchHabits;
  readonly initRule: InitRule;
  readonly attention: AttentionKind;
  readonly norm: NormKind;
  /** Whether a block normalises what it reads ("before") or the sum it leaves behind ("after"). */
  readonly normPlace: "before" | "after";
  readonly activation: (x: Tensor) => Tensor;
  readonly ffnBias: boolean;
  readonly ffnStarts: FfnStarts;
  /** All dropouts: embeddings, attention weights, FFN activation, block outputs, final norms. */
  readonly dropRate: number;
  /** A stack's list of layers in the checkpoint. */
  readonly layers: string;
  readonly layerNames: Readonly<Record<StackName, LayerNames>>;
  /** Norm of tokens as they enter a stack, and of rows as they leave it; null = none. */
  readonly embeddingNorm: string | null;
  readonly finalNorm: string | null;
  readonly positions: PositionScheme;
  /** Factor on the states that the LM head reads. */
  readonly headScale: number;
  /** Bias of the LM head, [V]; null = none. */
  headBias(scope: Scope): Tensor | null;
}
