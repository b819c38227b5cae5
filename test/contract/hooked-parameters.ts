import { Graph } from "../../src/graph/index.ts";
import { paddedLayout, Scope, ZEROS, type Parameter, type SiteName } from "../../src/nn/index.ts";
import type { Plan } from "../../src/pet/index.ts";

const WIDTH = 4;

/** The parameters that a plan makes at a site of the layer 1 of 3, for rows of width 4 in a task's graph. */
export function hookedParameters(
  { hooks }: Plan,
  site: SiteName,
  task: string | null = null,
): readonly Parameter[] {
  const graph = new Graph();
  const depths = { encoder: 3, decoder: 3 };
  const root = Scope.root({ graph, hooks, initRule: () => ZEROS, mode: "train", depths, task });
  const x = graph.input("x", "float32", [2, WIDTH]);
  root
    .at("encoder")
    .atLayer("layers", { index: 1, count: 3 })
    .site(site, { x, y: x, layout: paddedLayout(1, 2) });
  return root.parameters;
}

/** Their paths, without the site's own place. */
export function hookedPaths(plan: Plan, site: SiteName, task: string | null = null): readonly string[] {
  return hookedParameters(plan, site, task).map(({ path }) => path.replace("encoder.layers.1.pet.", ""));
}
