import type { TensorData } from "../../files/index.ts";
import type { Parameter } from "../../nn/index.ts";
import type { PetConfig } from "../../pet/index.ts";
import { ofTask, peftKey, type PeftAdapter, type PeftSource } from "./peft-adapter.ts";

type Ia3Config = Extract<PetConfig, { name: "ia3" }>;

/** The map that gives the value, the map that makes the hidden units, and the one that reads them. */
const MAPS = {
  bart: { value: "encoder_attn.v_proj", hidden: "fc1", reader: "fc2" },
  t5: { value: "EncDecAttention.v", hidden: "DenseReluDense.wi", reader: "DenseReluDense.wo" },
} as const;

/** PEFT's name for some maps of the decoder: a pattern over whole paths. */
function decoderMaps(names: readonly string[]): string {
  return `.*decoder\\..*\\.(${names.join("|").replaceAll(".", "\\.")})`;
}

/**
 * IA3's scales. PEFT multiplies by them alone, so the residual form y + y ⊙ ℓ becomes 1 + ℓ; it scales what the FFN's
 * last map reads, where this library scales what the first one makes, which is the same value.
 */
export async function peftIa3(source: PeftSource, config: Ia3Config): Promise<PeftAdapter> {
  const { backbone, values } = source;
  const maps = MAPS[backbone.name];
  const tensors: [string, TensorData][] = [];
  const covered = new Set<Parameter>();
  for (const parameter of ofTask(source)) {
    const [, module] = /^(.*)\.pet\.scale$/.exec(parameter.path) ?? [];
    if (module === undefined) continue;
    const isValue = module.endsWith(maps.value);
    const added = config[isValue ? "value" : "ffn"] === "residual" ? 1 : 0;
    const data = Float32Array.from(await values.read(parameter), (scale) => scale + added);
    const path = isValue ? module : `${module.slice(0, -maps.hidden.length)}${maps.reader}`;
    const shape = isValue ? [data.length, 1] : [1, data.length];
    tensors.push([`${peftKey(backbone, path)}.ia3_l`, { dtype: "F32", shape, data }]);
    covered.add(parameter);
  }
  const used = [
    ...(config.value === "none" ? [] : [maps.value]),
    ...(config.ffn === "none" ? [] : [maps.reader]),
  ];
  return {
    config: {
      peft_type: "IA3",
      target_modules: decoderMaps(used),
      feedforward_modules: config.ffn === "none" ? [] : decoderMaps([maps.reader]),
      fan_in_fan_out: false,
    },
    tensors,
    covered,
    notes: [],
  };
}
