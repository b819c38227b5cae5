import type { Scope, Sequence } from "../nn/index.ts";
import { layerOf, stackDepth, type Layer } from "./blocks.ts";
import type { Family, StackName } from "./family.ts";

/** What a layer of a stack does with the rows that reach it. */
export type LayerStep = (layer: Layer, x: Sequence) => Sequence;

/** Where a stack lies. */
export function stackScope(root: Scope, stack: StackName): Scope {
  return root.at(stack).part(stack);
}

/** What every layer of a stack leaves behind, in order; the last is what the stack gives. */
export function layerStates(
  family: Family,
  scope: Scope,
  stack: StackName,
  { start, step }: { readonly start: Sequence; readonly step: LayerStep },
): readonly Sequence[] {
  const states: Sequence[] = [];
  for (let index = 0; index < stackDepth(family, stack); index++) {
    states.push(step(layerOf(scope, family, stack, index), states.at(-1) ?? start));
  }
  return states;
}
