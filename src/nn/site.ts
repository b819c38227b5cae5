import type { Tensor } from "../graph/index.ts";
import type { Layout } from "./layout.ts";
import type { Scope } from "./scope.ts";

/**
 * The places where a backbone lets a value pass. `x` is what the block read (the residual stream), `y` what it
 * produced, before dropout and residual add. Both backbones open all of these, so a method runs on either.
 */
export const SITES = [
  "encoder.self-attention",
  "encoder.self-attention.query",
  "encoder.self-attention.key",
  "encoder.self-attention.value",
  "encoder.self-attention.out",
  "encoder.ffn",
  "encoder.ffn.hidden",
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
  "visual.projector",
] as const;

export type SiteName = (typeof SITES)[number];

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

export type SiteHooks = Readonly<Partial<Record<SiteName, readonly SiteHook[]>>>;
