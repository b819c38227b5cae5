import { VlPetError } from "../../error.ts";
import type { Parameter } from "../../nn/index.ts";
import type { PetConfig } from "../../pet/index.ts";
import { ofTask, type PeftAdapter, type PeftSource } from "./peft-adapter.ts";

type PromptConfig = Extract<PetConfig, { name: "prompt" }>;

/** x Wᵀ + b in double precision: rows [R, I] → [R, O]. */
function affine(rows: Float64Array, weight: Float32Array, bias: Float32Array): Float64Array {
  const [outputs, inputs] = [bias.length, weight.length / bias.length];
  const made = new Float64Array((rows.length / inputs) * outputs);
  for (let i = 0; i < made.length; i++) {
    const [row, output] = [Math.floor(i / outputs), i % outputs];
    let sum = bias[output] ?? 0;
    for (let k = 0; k < inputs; k++)
      sum += (rows[row * inputs + k] ?? 0) * (weight[output * inputs + k] ?? 0);
    made[i] = sum;
  }
  return made;
}

/** The rows up(tanh(down(table))) as parameters of their own, [P, D]. */
export async function peftPrompt(source: PeftSource, config: PromptConfig): Promise<PeftAdapter> {
  const { backbone, values } = source;
  if (config.decoderLength > 0) throw withoutDecoderPrompts(config);
  const own = ofTask(source).filter(({ path }) => path.startsWith("encoder.pet.prompt."));
  const read = async (end: string): Promise<Float32Array> => {
    const parameter = own.find(({ path }) => path.endsWith(`.${end}`));
    if (parameter === undefined) throw new RangeError(`internal: a prompt without ${end}`);
    return values.read(parameter);
  };
  const table = Float64Array.from(await read("table.weight"));
  const hidden = affine(table, await read("down.weight"), await read("down.bias")).map(Math.tanh);
  const data = Float32Array.from(affine(hidden, await read("up.weight"), await read("up.bias")));
  const shape = [config.encoderLength, backbone.width];
  return {
    config: {
      peft_type: "PROMPT_TUNING",
      num_virtual_tokens: config.encoderLength,
      num_transformer_submodules: 1,
      num_attention_heads: backbone.heads,
      num_layers: backbone.encoderLayers,
      token_dim: backbone.width,
      prompt_tuning_init: "RANDOM",
    },
    tensors: [["prompt_embeddings", { dtype: "F32", shape, data }]],
    covered: new Set<Parameter>(own),
    notes:
      backbone.name === "bart"
        ? [
            "PEFT gives a prompt's rows positions like those of the text behind them, which the original does not",
          ]
        : [],
  };
}

function withoutDecoderPrompts({ decoderLength }: PromptConfig): VlPetError {
  return new VlPetError("config", "PEFT cannot compute a prompt before the decoder's text", {
    where: "pet.decoderLength",
    expected: "0 (PEFT lets the decoder's prompt attend to the encoder, the original does not)",
    received: `${decoderLength}`,
    fix: "keep the adapter in its own format",
  });
}
