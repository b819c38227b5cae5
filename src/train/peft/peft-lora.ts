import type { TensorData } from "../../files/index.ts";
import type { PetConfig } from "../../pet/index.ts";
import { ofTask, peftKey, tensorOf, type PeftAdapter, type PeftSource } from "./peft-adapter.ts";

type LoraConfig = Extract<PetConfig, { name: "lora" }>;

const TARGETS = { bart: ["q_proj", "v_proj"], t5: ["q", "v"] } as const;
const MATRICES = { down: "lora_A", up: "lora_B" } as const;
const OWN = /^(.*)\.pet\.lora\.(down|up)\.(?:tasks\.\w+\.)?weight$/;

/** LoRA's matrices and the biases that are trained with them. */
export async function peftLora(source: PeftSource, config: LoraConfig): Promise<PeftAdapter> {
  const { backbone } = source;
  const targets: readonly string[] = TARGETS[backbone.name];
  const tensors: [string, TensorData][] = [];
  const covered = new Set<PeftSource["values"]["trained"][number]>();
  for (const parameter of ofTask(source)) {
    const { path, traits } = parameter;
    const [, module = "", map] = OWN.exec(path) ?? [];
    const isBias = traits.owner === "backbone" && traits.part !== "visual";
    if (map === undefined && !isBias) continue;
    const key =
      map === undefined
        ? biasKey(path, targets)
        : `${module}.${MATRICES[map as keyof typeof MATRICES]}.weight`;
    tensors.push([peftKey(backbone, key), await tensorOf(source, parameter)]);
    covered.add(parameter);
  }
  return {
    config: {
      peft_type: "LORA",
      r: config.rank,
      lora_alpha: config.alpha,
      lora_dropout: config.dropRate,
      target_modules: targets,
      bias: "all",
      fan_in_fan_out: false,
      use_rslora: false,
      use_dora: false,
    },
    tensors,
    covered,
    notes: [],
  };
}

/** PEFT keeps the map that it changes one name deeper. */
function biasKey(path: string, targets: readonly string[]): string {
  const [module = "", name] = path.split(/\.(?=\w+$)/);
  const isTarget = targets.includes(module.slice(module.lastIndexOf(".") + 1));
  return isTarget ? `${module}.base_layer.${name}` : path;
}
