import type { Parameter } from "../nn/index.ts";
import { modelScope, type Model } from "./model.ts";
import { foundKeys, parameterValues, type WeightSource } from "./weight-source.ts";

/** Where a backbone's numbers are. */
export interface BackboneNumbers {
  readonly parameters: readonly Parameter[];
  readonly sources: readonly WeightSource[];
  readonly seed: number;
}

/** The values with which a method starts its side network, by path; empty when they are just drawn. */
export async function sideStart(
  made: Model,
  { parameters, sources, seed }: BackboneNumbers,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { start } = made.plan;
  if (start === undefined) return new Map();
  const byPath = new Map(parameters.map((parameter) => [parameter.path, parameter]));
  return start({
    flow: made.backbone.rowFlow(modelScope(made, "evaluate", null)),
    read: async (path) => {
      const parameter = byPath.get(path);
      if (parameter === undefined) throw new RangeError(`internal: the model has no ${path}`);
      const values = await parameterValues(parameter, foundKeys(sources, parameter), seed);
      return { values, shape: parameter.shape };
    },
  });
}
