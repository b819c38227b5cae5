import type { Node } from "./graph.ts";
import type { Tensor } from "./tensor.ts";

/** What some outputs need: nodes in written order, and the named or constant tensors they read. */
export interface Reach {
  readonly nodes: readonly Node[];
  readonly leaves: readonly Tensor[];
}

/** Walks back from `outputs`; everything not met is dead and is neither printed nor encoded. */
export function reach(outputs: readonly Tensor[]): Reach {
  const nodes = new Set<Node>();
  const leaves = new Set<Tensor>();
  const waiting = [...outputs];
  for (let tensor = waiting.pop(); tensor !== undefined; tensor = waiting.pop()) {
    if (tensor.source.kind !== "node") {
      leaves.add(tensor);
    } else if (!nodes.has(tensor.source.node)) {
      nodes.add(tensor.source.node);
      waiting.push(...tensor.source.node.inputs);
    }
  }
  return {
    nodes: [...nodes].toSorted((a, b) => a.index - b.index),
    leaves: [...leaves].toSorted((a, b) => a.id - b.id),
  };
}
