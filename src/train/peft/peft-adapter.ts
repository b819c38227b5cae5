import { huggingFaceKey } from "../../backbones/hugging-face-config.ts";
import type { BackboneConfig } from "../../backbones/index.ts";
import type { TensorData } from "../../files/index.ts";
import type { Parameter } from "../../nn/index.ts";
import type { ModelValues } from "../model-values.ts";

/** An adapter as PEFT (the Python library of Hugging Face) keeps it. */
export interface PeftAdapter {
  /** What `adapter_config.json` says beside the base model and the kind of task. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: readonly (readonly [key: string, tensor: TensorData])[];
  /** Trained parameters that are in it. */
  readonly covered: ReadonlySet<Parameter>;
  /** Where PEFT computes something else than this library. */
  readonly notes: readonly string[];
}

/** A trained model of which a PEFT adapter is made; `task`: the one whose weights it gets, when each has its own. */
export interface PeftSource {
  readonly values: ModelValues;
  readonly backbone: BackboneConfig;
  readonly task: string | null;
}

/** The key of a module's tensor in a file of PEFT. */
export function peftKey(backbone: BackboneConfig, path: string): string {
  return `base_model.model.${huggingFaceKey(backbone, path)}`;
}

/** The parameters that belong to all tasks or to the wanted one. */
export function ofTask({ values, task }: PeftSource): readonly Parameter[] {
  return values.trained.filter(({ path }) => {
    const [, owner] = /\.tasks\.(\w+)\./.exec(path) ?? [];
    return owner === undefined || owner === task;
  });
}

/** A whole parameter as a tensor, in another shape if one is given. */
export async function tensorOf(
  { values }: PeftSource,
  parameter: Parameter,
  shape: readonly number[] = parameter.shape,
): Promise<TensorData> {
  return { dtype: "F32", shape, data: Float32Array.from(await values.read(parameter)) };
}
