import type { Tensor } from "../graph/index.ts";
import type { Layout } from "./layout.ts";
import type { Scope } from "./scope.ts";

/**
 * The places where a backbone lets a value pass. `x` is what the block read (the residual stream), `y` what it
 * produced, before dropout and residual add. At `ffn.added`, `x` is what the FFN itself read (normalised in T5) and
 * `y` what is about to be added to the residual stream, after dropout. At the prompt sites both are zeros [P, D], one
 * row for each row that a plan puts before the texts; they are open when it does. Both backbones open all of these, so
 * a method runs on either (in the original, T5 has no decoder prompt).
 */
export const SITES = [
  "encoder.self-attention",
  "encoder.self-attention.query",
  "encoder.self-attention.key",
  "encoder.self-attention.value",
  "encoder.self-attention.out",
  "encoder.ffn",
  "encoder.ffn.hidden",
  "encoder.ffn.added",
  "decoder.self-attention",
  "decoder.self-attention.query",
  "decoder.self-attention.key",
  "decoder.self-attention.value",
  "decoder.self-attention.out",
  "decoder.cross-attention",
  "decoder.cross-attention.states",
  "decoder.cross-attention.query",
  "decoder.cross-attention.key",
  "decoder.cross-attention.value",
  "decoder.cross-attention.out",
  "decoder.ffn",
  "decoder.ffn.hidden",
  "decoder.ffn.added",
  "visual.projector",
  "encoder.prompt",
  "decoder.prompt",
] as const;

export type SiteName = (typeof SITES)[number];

/** How many rows stand before the encoder's and the decoder's texts, the same for all examples. */
export interface PromptLengths {
  readonly encoder: number;
  readonly decoder: number;
}

export const WITHOUT_PROMPTS: PromptLengths = { encoder: 0, decoder: 0 };

/** The places where a backbone lets pass what an attention attends to: split into heads, cached positions included. */
export const ATTENDED_SITES = [
  "encoder.self-attention.attended",
  "decoder.self-attention.attended",
  "decoder.cross-attention.attended",
] as const;

export type AttendedSite = (typeof ATTENDED_SITES)[number];

/** A value passing a site. */
export interface SiteCall {
  /** Where the method's own parameters go: the path of the block whose output this is, plus `pet`. */
  readonly scope: Scope;
  /** What the block read, rows [R, D]. */
  readonly x: Tensor;
  /** What the block produced, rows [R, D']. Not reading it lets the engine skip computing it. */
  readonly y: Tensor;
  readonly layout: Layout;
}

/** What a method does at a site: gives the value that flows on, of y's shape. */
export type SiteHook = (call: SiteCall) => Tensor;

/** What an attention attends to. */
export interface Attended {
  /** [B, H, S, K] */
  readonly key: Tensor;
  /** [B, H, S, K] */
  readonly value: Tensor;
  /** Broadcasts to [B, H, T, S] and carries masks; null = nothing is masked. */
  readonly bias: Tensor | null;
}

/** What a method does with what an attention attends to; S may grow, for all three alike. */
export type AttendedHook = (call: Attended & { readonly scope: Scope }) => Attended;

/** Hooks of a plan, in the order in which they run at their site. */
export type SiteHooks = Readonly<
  Partial<Record<SiteName, readonly SiteHook[]>> & Partial<Record<AttendedSite, readonly AttendedHook[]>>
>;
