import { VlPetError } from "../error.ts";
import { reach } from "./reach.ts";
import { sameShape, shapeText } from "./size.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Checks the part of a graph that `outputs` need: they belong to one graph, every value is defined before it is read,
 * and every node's shape rule still gives the types its outputs carry. Throws kind "graph".
 */
export function verify(outputs: readonly Tensor[]): void {
  const defined = new Set<Tensor>();
  const { nodes, leaves } = reach(outputs);
  const stranger = outputs.find(({ graph }) => graph !== outputs[0]?.graph);
  if (stranger !== undefined) {
    throw new VlPetError("graph", "outputs of two graphs cannot be one program", { where: stranger.name });
  }
  for (const leaf of leaves) defined.add(leaf);
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (!defined.has(input)) {
        throw new VlPetError("graph", `node ${node.index} (${node.op.name}) reads a value written later`, {
          where: input.name,
        });
      }
    }
    const types = node.op.infer(node.inputs, node.attributes as never);
    node.outputs.forEach((output, i) => {
      const type = types[i];
      if (type === undefined || !sameShape(type.shape, output.shape) || type.dtype !== output.dtype) {
        throw new VlPetError("graph", `node ${node.index} (${node.op.name}) carries a wrong type`, {
          where: output.name,
          expected: type === undefined ? "no such output" : `${type.dtype}${shapeText(type.shape)}`,
          received: `${output.dtype}${shapeText(output.shape)}`,
        });
      }
      defined.add(output);
    });
  }
}
