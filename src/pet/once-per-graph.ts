import type { Graph, Tensor } from "../graph/index.ts";
import type { Scope } from "../nn/index.ts";

/** A tensor that all layers of a model share: written where a graph first asks for it, then reused in that graph. */
export function oncePerGraph<Call extends { readonly scope: Scope }>(
  write: (call: Call) => Tensor,
): (call: Call) => Tensor {
  const written = new WeakMap<Graph, Tensor>();
  return (call) => {
    const { graph } = call.scope;
    const known = written.get(graph);
    if (known !== undefined) return known;
    const made = write(call);
    written.set(graph, made);
    return made;
  };
}
