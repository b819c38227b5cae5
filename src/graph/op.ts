import type { Tensor, TensorType } from "./tensor.ts";
import type { Node } from "./graph.ts";
import type { Shape } from "./size.ts";

/** Values that may describe a node beside its inputs; all of them print. */
export type Attribute = number | string | boolean | readonly number[] | Shape | readonly string[];
export type Attributes = Readonly<Record<string, Attribute>>;

/** One gradient per input, in order; null where the input has none (integer inputs, masks). */
export type Gradients<In extends readonly Tensor[]> = { readonly [K in keyof In]: Tensor | null };

/** What a gradient rule sees: the node's own values and the gradients of its outputs (null = not used further on). */
export interface BackwardStep<In extends readonly Tensor[], A> {
  readonly inputs: In;
  readonly outputs: readonly Tensor[];
  readonly attributes: A;
  /** Gradient of the first output. */
  readonly dy: Tensor;
}

/** The ONNX side of an op: emits nodes and gives names. Implemented by the `onnx` room. */
export interface OnnxWriter {
  /** Adds an ONNX node and returns the names of its outputs (fresh names, or `outputs` when given). */
  emit(type: string, inputs: readonly string[], options?: EmitOptions): string;
  /** A constant int64 tensor of rank 1 (rank 0 when `scalar`). */
  int64(values: readonly number[], options?: { readonly scalar: boolean }): string;
  /** A constant float32 scalar. */
  float32(value: number): string;
  /** An int64 vector holding the run-time value of a shape; `freeAxis` = a single symbolic axis may be written as -1. */
  shape(shape: Shape, options?: { readonly freeAxis: boolean }): string;
}

export interface EmitOptions {
  /** Output names; the first is what `emit` returns. */
  readonly outputs?: readonly string[];
  readonly attributes?: Readonly<
    Record<string, number | string | readonly number[] | { readonly float: number }>
  >;
  readonly domain?: string;
}

/**
 * One op, whole: shape rule, ONNX encoding, gradient. A missing gradient, or one with the wrong number of entries,
 * does not compile.
 */
export interface Op<In extends readonly Tensor[] = readonly Tensor[], A extends object = Attributes> {
  readonly name: string;
  /** Types of the outputs; throws a `VlPetError` of kind "shape" when the inputs do not fit. */
  infer(inputs: In, attributes: A): readonly TensorType[];
  /** Encodes a node; `outputs` are the names its results must get. */
  encode(writer: OnnxWriter, call: EncodeCall<In, A>): void;
  gradient(step: BackwardStep<In, A>): Gradients<In>;
}

export interface EncodeCall<In extends readonly Tensor[], A> {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: A;
  readonly node: Node;
  readonly tensors: In;
}
