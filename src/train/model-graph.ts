import { printGraph } from "../graph/index.ts";
import { ADAMW } from "../optim/index.ts";
import { encodedInputs, modelScope, variantOf, writtenModel, type Model } from "./model.ts";
import { stepGraph } from "./step-graph.ts";
import { exampleLayout } from "./model-summary.ts";

/**
 * The programs of a model: `step` is a whole training step, `encode` the encoder, `decode` encoder and decoder over
 * whole targets as in evaluation.
 */
export const GRAPH_KINDS = ["step", "encode", "decode"] as const;
export type GraphKind = (typeof GRAPH_KINDS)[number];

/** One of a model's programs as text. */
export function modelGraph(made: Model, kind: GraphKind, regions: number | null): string {
  const variant = variantOf(made, exampleLayout(regions), made.tasks[0] ?? "");
  if (kind === "step") return printGraph(stepGraph(made, variant, { adamw: ADAMW, clip: 5 }).outputs);
  if (kind === "decode") return printGraph({ states: writtenModel(made, variant, "evaluate").states.rows });
  const scope = modelScope(made, "evaluate", variant.task);
  const { states, mask, side } = encodedInputs(made, scope, variant.visual);
  const beside = side === null ? {} : { side_states: side.states.rows, side_mask: side.mask };
  return printGraph({ states: states.rows, mask, ...beside });
}
