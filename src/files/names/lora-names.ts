import type { NameRule } from "./name-rule.ts";

/** LoRA's matrices, beside the projections they change. */
export const LORA_NAMES: readonly NameRule[] = [
  [/^(.*)\.pet\.lora\.down\.weight$/, ["$1.lora_As.{task}"]],
  [/^(.*)\.pet\.lora\.up\.weight$/, ["$1.lora_Bs.{task}"]],
  [/^(.*)\.pet\.lora\.down\.tasks\.(\w+)\.weight$/, ["$1.lora_As.$2"]],
  [/^(.*)\.pet\.lora\.up\.tasks\.(\w+)\.weight$/, ["$1.lora_Bs.$2"]],
];
