import { VlPetError } from "../error.ts";
import { reach, shapeText, type Node, type Tensor } from "../graph/index.ts";
import { add, sumTo } from "../ops/index.ts";

/**
 * Gradients of a scalar with respect to some tensors, written into the same graph by one reverse walk. Only nodes on a
 * path from `wrt` to `loss` are visited, and a rule's results for inputs off that path are never referenced, so they
 * are dead and cost nothing. An entry is null when the loss does not depend on the tensor. Throws kind "graph" when
 * the loss is no float32 scalar, or depends on an output of an op that has no rule (all but the first have none).
 */
export function backward(loss: Tensor, wrt: readonly Tensor[]): readonly (Tensor | null)[] {
  if (loss.shape.length !== 0 || loss.dtype !== "float32") {
    throw new VlPetError("graph", "only a scalar can be differentiated", {
      where: loss.name,
      expected: "float32[]",
      received: `${loss.dtype}${shapeText(loss.shape)}`,
    });
  }
  const path = nodesBetween(wrt, loss);
  const needed = new Set<Tensor>([...wrt, ...[...path].flatMap((node) => node.outputs)]);
  const gradients = new Map<Tensor, Tensor>([[loss, loss.graph.scalar(1)]]);
  for (const node of [...path].toReversed()) {
    const [first, ...others] = node.outputs;
    const used = others.find((output) => gradients.has(output));
    if (used !== undefined) throw secondOutputError(node, used);
    const dy = first && gradients.get(first);
    if (dy === undefined) continue;
    const results = node.op.gradient({
      inputs: node.inputs,
      outputs: node.outputs,
      attributes: node.attributes as never,
      dy,
    });
    node.inputs.forEach((input, i) => {
      const gradient = results[i];
      if (gradient === null || gradient === undefined || !needed.has(input)) return;
      const own = sumTo(gradient, input.shape);
      const before = gradients.get(input);
      gradients.set(input, before === undefined ? own : add(before, own));
    });
  }
  return wrt.map((tensor) => gradients.get(tensor) ?? null);
}

/** Rules know the gradient of the first output only; dropping another one silently would give wrong numbers. */
function secondOutputError(node: Node, used: Tensor): VlPetError {
  return new VlPetError(
    "graph",
    `the loss depends on a second output of ${node.op.name}, which has no gradient`,
    {
      where: used.name,
      fix: "compute this value from other ops where it must be differentiated",
    },
  );
}

/** Nodes that depend on any of `from` and that `to` depends on, in written order. */
function nodesBetween(from: readonly Tensor[], to: Tensor): ReadonlySet<Node> {
  const live = new Set<Tensor>(from);
  const path = new Set<Node>();
  for (const node of reach([to]).nodes) {
    if (!node.inputs.some((input) => live.has(input))) continue;
    path.add(node);
    for (const output of node.outputs) live.add(output);
  }
  return path;
}
