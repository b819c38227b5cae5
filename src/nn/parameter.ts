import type { Tensor } from "../graph/index.ts";
import { RandomStream } from "../random.ts";

/** The part of a model a parameter belongs to: "vision" is an image encoder, "visual" the embedding of its features. */
export type Part = "shared" | "vision" | "visual" | "encoder" | "decoder";

/**
 * What a parameter is, declared by the layer that owns it. Methods choose what to train, and the optimiser what to
 * decay, by these, never by a piece of a name.
 */
export interface Traits {
  readonly owner: "backbone" | "pet";
  readonly part: Part;
  /** "generator": a linear map whose outputs are another layer's weights. */
  readonly of: "linear" | "norm" | "embedding" | "vector" | "generator";
  /** "buffer": belongs to the checkpoint, is never trained and not counted. */
  readonly role: "weight" | "bias" | "gain" | "buffer";
  /** Which norm it belongs to, when it is of a norm. */
  readonly norm?: "layer" | "rms";
  /** How many inputs the linear map has that it belongs to, whether it is the weight or the bias. */
  readonly fanIn?: number;
  /** Whether weight decay acts, where the role alone would say otherwise. */
  readonly decays?: boolean;
}

/** How a parameter starts when no checkpoint holds it. */
export type Init =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "uniform"; readonly bound: number };

export const ZEROS: Init = { kind: "constant", value: 0 };
export const ONES: Init = { kind: "constant", value: 1 };

export interface Parameter {
  /** The path in the Hugging Face checkpoint, e.g. `encoder.layers.0.fc1.weight`. */
  readonly path: string;
  readonly shape: readonly number[];
  readonly traits: Traits;
  readonly init: Init;
  readonly tensor: Tensor;
}

/** Chooses parameters: every trait that is given must agree. `{}` chooses all but buffers. */
export type Selector = Partial<Omit<Traits, "decays" | "fanIn">>;

export function selects(selector: Selector, { traits }: Parameter): boolean {
  return (
    traits.role !== "buffer" &&
    (selector.owner ?? traits.owner) === traits.owner &&
    (selector.part ?? traits.part) === traits.part &&
    (selector.of ?? traits.of) === traits.of &&
    (selector.role ?? traits.role) === traits.role &&
    (selector.norm ?? traits.norm) === traits.norm
  );
}

export function parameterCount(parameters: Iterable<Parameter>): number {
  let count = 0;
  for (const { shape, traits } of parameters) {
    if (traits.role !== "buffer") count += shape.reduce((a, b) => a * b, 1);
  }
  return count;
}

/** Initial values, a function of (seed, path) alone: adding a parameter changes no other. */
export function initialValues({ path, shape, init }: Parameter, seed: number): Float32Array {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (init.kind === "constant") return values.fill(init.value);
  const random = new RandomStream(seed, `init:${path}`);
  for (let i = 0; i < values.length; i++) {
    values[i] =
      init.kind === "normal" ? random.normal() * init.deviation : (2 * random.uniform() - 1) * init.bound;
  }
  return values;
}
