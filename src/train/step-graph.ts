import { backward } from "../autodiff/index.ts";
import { Graph, symbol, type Tensor } from "../graph/index.ts";
import type { Mode, Parameter } from "../nn/index.ts";
import { add, gatherRows, mul, reduceSum, reshape, slice, tokenLoss } from "../ops/index.ts";
import { adamwUpdate, clipFactor, decays, jointNorm, type AdamwSettings } from "../optim/index.ts";
import { trainedParameters, writtenModel, type Model, type Variant, type WrittenModel } from "./model.ts";

/** Names of the values a training run holds on the device, beside the parameters under their own paths. */
export const heldName = {
  first: (path: string): string => `adamw.first/${path}`,
  second: (path: string): string => `adamw.second/${path}`,
  gradient: (path: string): string => `gradient/${path}`,
} as const;

/** A graph with named outputs, and the parameters it updates. */
export interface StepGraph {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Output → held name that the output replaces. */
  readonly keep: Readonly<Record<string, string>>;
  readonly trained: readonly Parameter[];
}

/** A model with its loss: Σ over scored tokens of weight · −log p(label). */
export interface LossGraph extends WrittenModel {
  readonly loss: Tensor;
  /** −log p(label) of each scored token, [S, 1]. */
  readonly tokenLosses: Tensor;
}

/**
 * Writes the loss. Inputs: `scored_rows` [S] (rows of the decoder that carry a label), `scored_labels` [S],
 * `scored_weights` [S, 1]. Only scored rows pass the LM head. All tasks are made of these weights.
 */
export function lossGraph(made: Model, variant: Variant, mode: Mode): LossGraph {
  const written = writtenModel(made, variant, mode);
  const { graph } = written.scope;
  const count = symbol("S");
  const rows = graph.input("scored_rows", "int64", [count]);
  const labels = graph.input("scored_labels", "int64", [count]);
  const weights = graph.input("scored_weights", "float32", [count, 1]);
  const { table, bias, scale } = written.head;
  const picked = gatherRows(written.states.rows, rows); // [S, D]
  const tokenLosses = tokenLoss(scale === 1 ? picked : mul(picked, scale), table, bias, labels);
  const loss = reduceSum(mul(tokenLosses, weights), [0, 1], { keep: false });
  return { ...written, loss, tokenLosses };
}

/** Trained parameters that the loss reaches, with their gradients. */
export function gradientsOf(
  made: Model,
  { loss, scope }: LossGraph,
): readonly (readonly [Parameter, Tensor])[] {
  const trained = trainedParameters(made, scope.parameters);
  const gradients = backward(
    loss,
    trained.map(({ tensor }) => tensor),
  );
  return trained.flatMap((parameter, i) => {
    const gradient = gradients[i];
    return gradient ? [[parameter, gradient] as const] : [];
  });
}

export interface StepOptions {
  readonly adamw: AdamwSettings;
  /** Limit of the joint gradient norm; null = no clipping. */
  readonly clip: number | null;
}

/** Loss, gradients, clipping and AdamW of one batch: a training step as one graph. */
export function stepGraph(made: Model, variant: Variant, options: StepOptions): StepGraph {
  const written = lossGraph(made, variant, "train");
  return updateGraph(gradientsOf(made, written), options, { loss: written.loss });
}

/** Loss and gradients of one micro-batch, added to the held sums. */
export function accumulateGraph(made: Model, variant: Variant): StepGraph {
  const written = lossGraph(made, variant, "train");
  const pairs = gradientsOf(made, written);
  const outputs: Record<string, Tensor> = { loss: written.loss };
  const keep: Record<string, string> = {};
  for (const [{ path, shape }, gradient] of pairs) {
    const name = heldName.gradient(path);
    outputs[`new/${name}`] = add(gradient.graph.input(name, "float32", shape), gradient);
    keep[`new/${name}`] = name;
  }
  return { outputs, keep, trained: pairs.map(([parameter]) => parameter) };
}

/** The update of some parameters from their held gradient sums, which it sets back to zero. */
export function applyGraph(parameters: readonly Parameter[], options: StepOptions): StepGraph {
  const graph = new Graph();
  const pairs = parameters.map((parameter) => {
    const { path, shape } = parameter;
    const own = { ...parameter, tensor: graph.parameter(path, shape) };
    return [own, graph.input(heldName.gradient(path), "float32", shape)] as const;
  });
  const step = updateGraph(pairs, options, {});
  const outputs: Record<string, Tensor> = { ...step.outputs };
  const keep: Record<string, string> = { ...step.keep };
  for (const [{ path }, sum] of pairs) {
    outputs[`new/${heldName.gradient(path)}`] = mul(sum, 0);
    keep[`new/${heldName.gradient(path)}`] = heldName.gradient(path);
  }
  return { ...step, outputs, keep };
}

/**
 * Clips gradients jointly and updates every parameter. Inputs: `step_sizes` [P] (corrected rate of each parameter, in
 * the order of `trained`) and `decay` []. Outputs `gradient_norm` is before clipping.
 */
function updateGraph(
  pairs: readonly (readonly [Parameter, Tensor])[],
  { adamw, clip }: StepOptions,
  first: Readonly<Record<string, Tensor>>,
): StepGraph {
  const outputs: Record<string, Tensor> = { ...first };
  const keep: Record<string, string> = {};
  const norm = jointNorm(pairs.map(([, gradient]) => gradient));
  if (norm === null) return { outputs, keep, trained: [] };
  outputs["gradient_norm"] = norm;
  const { graph } = norm;
  const stepSizes = graph.input("step_sizes", "float32", [pairs.length]);
  const decay = graph.input("decay", "float32", []);
  const factor = clip === null ? null : clipFactor(norm, clip);
  pairs.forEach(([parameter, gradient], i) => {
    const { path, shape, tensor } = parameter;
    const updated = adamwUpdate(
      {
        value: tensor,
        first: graph.input(heldName.first(path), "float32", shape),
        second: graph.input(heldName.second(path), "float32", shape),
      },
      factor === null ? gradient : mul(gradient, factor),
      { stepSize: reshape(slice(stepSizes, { axis: 0, start: i, length: 1 }), []), decay },
      adamw,
      { decays: decays(parameter, adamw) },
    );
    const held = { value: path, first: heldName.first(path), second: heldName.second(path) };
    for (const part of ["value", "first", "second"] as const) {
      outputs[`new/${held[part]}`] = updated[part];
      keep[`new/${held[part]}`] = held[part];
    }
  });
  return { outputs, keep, trained: pairs.map(([parameter]) => parameter) };
}
