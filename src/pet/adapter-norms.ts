import * as v from "valibot";
import { VISUAL_EMBEDDING, type Plan } from "./plan.ts";
import { TRAINED_NORMS, type TrainedNorms } from "./trained-norms.ts";

/** Norms that an adapter method may train: a part's norms of any kind, or every layer norm. */
export type AdapterNorms = TrainedNorms | "layer";

const CHOICES = ["layer", ...(Object.keys(TRAINED_NORMS) as TrainedNorms[])] as const;

/** Default: every layer norm. Quirk: T5's norms are of another kind, so this trains none of them there. */
export const AdapterNormsSetting = v.optional(v.picklist(CHOICES), "layer");

/** What an adapter method unfreezes: the visual embedding and the chosen norms. */
export function unfrozenNorms(norms: AdapterNorms): Pick<Plan, "unfreeze" | "unfreezeWherePresent"> {
  if (norms !== "layer") return { unfreeze: [VISUAL_EMBEDDING, ...TRAINED_NORMS[norms]] };
  return { unfreeze: [VISUAL_EMBEDDING], unfreezeWherePresent: [{ of: "norm", norm: "layer" }] };
}
