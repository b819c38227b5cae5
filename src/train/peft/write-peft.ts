import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { huggingFaceKey } from "../../backbones/hugging-face-config.ts";
import { VlPetError } from "../../error.ts";
import { openSafetensors, writeSafetensors, type TensorData } from "../../files/index.ts";
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, writeFolder, writeJson } from "../adapter-folder.ts";
import { MODEL_CARD } from "../model-card.ts";
import { tensorOf, type PeftAdapter, type PeftSource } from "./peft-adapter.ts";
import { peftIa3 } from "./peft-ia3.ts";
import { peftLora } from "./peft-lora.ts";
import { peftPrompt } from "./peft-prompt.ts";

/** The visual embedding, which plain BART and T5 do not have; PEFT ignores the file. */
export const VISUAL_WEIGHTS = "visual_embedding.safetensors";

/** Methods that PEFT has too and computes otherwise. */
const DIFFERENT: Readonly<Record<string, string>> = {
  prefix:
    "PEFT's prefixes reach only the decoder's self-attention, and half of the layers share those of the others",
};

export interface WritePeftRequest extends PeftSource {
  /** The folder to be made. */
  readonly output: string;
  /** What Python loads the base model from: a folder or a name on the Hub. */
  readonly baseModel: string;
}

export interface WritePeftReport {
  readonly tensors: number;
  /** Trained parameters that plain BART and T5 have no place for, written to a file of their own. */
  readonly visual: number;
  readonly notes: readonly string[];
}

async function peftAdapter(source: PeftSource): Promise<PeftAdapter> {
  const { pet } = source.values.model.config;
  if (pet.name === "lora") return peftLora(source, pet);
  if (pet.name === "ia3") return peftIa3(source, pet);
  if (pet.name === "prompt") return peftPrompt(source, pet);
  throw new VlPetError("config", "PEFT cannot hold this method", {
    where: pet.name,
    expected: "lora, ia3 or prompt",
    received: DIFFERENT[pet.name] ?? `${pet.name}, which PEFT does not have`,
    fix: "keep the adapter in its own format, or convert it to the original's",
  });
}

function requireTask({ values, task }: PeftSource): void {
  if (values.model.plan.perTask !== true || (task !== null && values.model.tasks.includes(task))) return;
  throw new VlPetError("config", "every task has weights of its own, and PEFT keeps one set", {
    where: "--task",
    expected: `one of ${values.model.tasks.join(", ")}`,
    ...(task === null ? {} : { received: task }),
    fix: "name the task whose weights are written",
  });
}

/**
 * Writes an adapter that Python's PEFT loads onto the language model, and reads it back. Throws kind "config" for a
 * method that PEFT does not have or computes otherwise.
 */
export async function writePeftAdapter(request: WritePeftRequest): Promise<WritePeftReport> {
  requireTask(request);
  const { output, baseModel, values, backbone } = request;
  const adapter = await peftAdapter(request);
  const visual: [string, TensorData][] = [];
  for (const parameter of values.trained.filter(({ traits }) => traits.part === "visual")) {
    visual.push([huggingFaceKey(backbone, parameter.path), await tensorOf(request, parameter)]);
  }
  await writeFolder(output, async (folder) => {
    await writeSafetensors(join(folder, ADAPTER_WEIGHTS), adapter.tensors, { format: "pt" });
    const common = { base_model_name_or_path: baseModel, task_type: "SEQ_2_SEQ_LM", inference_mode: true };
    await writeJson(join(folder, ADAPTER_CONFIG), { ...adapter.config, ...common });
    if (visual.length > 0) await writeSafetensors(join(folder, VISUAL_WEIGHTS), visual, { format: "pt" });
    await writeFile(join(folder, MODEL_CARD), peftCard(request, adapter.notes));
    await requireReadable(join(folder, ADAPTER_WEIGHTS), adapter);
  });
  return { tensors: adapter.tensors.length, visual: visual.length, notes: adapter.notes };
}

async function requireReadable(path: string, { tensors }: PeftAdapter): Promise<void> {
  const file = await openSafetensors(path);
  try {
    for (const [key, { data }] of tensors) {
      const read = (await file.read(key)).data;
      const isSame = read.length === data.length && read.every((value, i) => Object.is(value, data[i]));
      if (!isSame)
        throw new VlPetError("checkpoint", "a tensor was not written whole", { where: `${path}: ${key}` });
    }
  } finally {
    await file.close();
  }
}

function peftCard({ values, baseModel }: WritePeftRequest, notes: readonly string[]): string {
  const { pet, backbone } = values.model.config;
  const lines = notes.map((note) => `\n${note[0]?.toUpperCase()}${note.slice(1)}.\n`).join("");
  return `---
library_name: peft
base_model: ${baseModel}
tags:
  - ${pet.name}
  - ${backbone.name}
---

# ${pet.name} on ${backbone.name}

The text part of a vision-and-language adapter, made by vl-pet: \`PeftModel.from_pretrained(model, THIS_FOLDER)\` puts it
onto a language model of ${backbone.vocabulary} tokens. The visual embedding lies beside it in \`${VISUAL_WEIGHTS}\`.
${lines}`;
}
