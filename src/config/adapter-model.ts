import * as v from "valibot";
import { BackboneConfig } from "../backbones/index.ts";
import { VlPetError } from "../error.ts";
import { PetConfig } from "../pet/index.ts";
import type { AdapterConfig } from "../train/adapter-folder.ts";
import { ImageEncoderConfig } from "../train/image-encoder.ts";
import type { ModelConfig } from "../train/model.ts";

const Model = v.object({
  backbone: BackboneConfig,
  pet: PetConfig,
  imageEncoder: v.exactOptional(ImageEncoderConfig),
});

/**
 * The model that an adapter belongs to.
 *
 * @throws VlPetError "checkpoint" when `stored` (read from `where`) does not describe one.
 */
export function adapterModel(stored: AdapterConfig, where: string): ModelConfig {
  const model = v.safeParse(Model, stored.model);
  if (model.success) return model.output;
  const [issue] = model.issues;
  throw new VlPetError("checkpoint", "this adapter does not say what model it belongs to", {
    where,
    expected: `model${issue.path === undefined ? "" : `.${v.getDotPath(issue)}`}: ${issue.expected ?? issue.message}`,
    received: issue.received,
    fix: "copy the adapter's folder again from the run that made it",
  });
}
