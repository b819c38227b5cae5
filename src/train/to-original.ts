import { extname } from "node:path";
import { openTensors, writePytorch, writeSafetensors, type TensorOf } from "../files/index.ts";
import { foundModel } from "../files/found/found-model.ts";
import type { OriginalForm, OriginalHeads } from "../files/original-form.ts";
import { originalState, type StatePiece } from "../files/original-state.ts";
import type { ModelValues } from "./model-values.ts";
import { comparedState, requireParity, requireSameTensors, type ParityReport } from "./state-comparison.ts";

export interface ToOriginalRequest {
  readonly values: ModelValues;
  readonly heads: OriginalHeads;
  /** `.safetensors`, or what PyTorch reads. */
  readonly output: string;
}

export interface ToOriginalReport extends ParityReport {
  /** The method as it is recognised from the written file. */
  readonly recognised: string;
}

/**
 * Writes a trained model under the original's names: the whole state dict, tied names included, as the original saves
 * it. Then reads the file back and compares every tensor. Throws kind "checkpoint" when the original cannot build the
 * model.
 */
export async function convertToOriginal(request: ToOriginalRequest): Promise<ToOriginalReport> {
  const { values, heads, output } = request;
  const { config, tasks } = values.model;
  const form: OriginalForm = { ...config, tasks, heads };
  const state = originalState(values.parameters, form);
  const tensors = await stateTensors(values, state);
  if (extname(output) === ".safetensors") await writeSafetensors(output, tensors, { format: "pt" });
  else await writePytorch(output, tensors);
  const file = await openTensors(output);
  try {
    requireSameTensors(file, state);
    const report = await comparedState(file, state, (parameter) => values.read(parameter));
    requireParity(report, output);
    return { ...report, recognised: (await foundModel(file)).pet.name };
  } finally {
    await file.close();
  }
}

/** The pieces' numbers; names of one piece share one array. */
async function stateTensors(
  values: ModelValues,
  state: readonly StatePiece[],
): Promise<(readonly [string, TensorOf<"F32">])[]> {
  const pieces = new Map<string, Float32Array<ArrayBuffer>>();
  const tensors: [string, TensorOf<"F32">][] = [];
  for (const { key, parameter, shape, offset } of state) {
    const place = `${offset} ${parameter.path}`;
    const size = shape.reduce((a, b) => a * b, 1);
    const data =
      pieces.get(place) ?? Float32Array.from((await values.read(parameter)).subarray(offset, offset + size));
    pieces.set(place, data);
    tensors.push([key, { dtype: "F32", shape, data }]);
  }
  return tensors;
}
