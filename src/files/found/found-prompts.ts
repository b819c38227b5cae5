import type { FoundSettings } from "./found-backbone.ts";
import { foundPromptShare } from "./found-share.ts";
import type { StateKeys } from "./state-keys.ts";

/** Soft prompts before either text; null when there are none. */
export async function foundPrompt(keys: StateKeys): Promise<FoundSettings | null> {
  const rows = (modules: string): number =>
    keys.shape(
      new RegExp(`^${modules}prompt_modules\\.prompts\\.\\w+\\.prefix_embedding\\.0\\.weight$`),
    )?.[0] ?? 0;
  const [encoderLength, decoderLength] = [rows("encoder\\."), rows("")];
  if (encoderLength + decoderLength === 0) return null;
  return {
    name: "prompt",
    encoderLength,
    decoderLength,
    hiddenWidth: keys.shape(/prefix_embedding\.1\.weight$/)?.[0],
    share: await foundPromptShare(keys),
  };
}

/** Prefixes on every attention, an adapter beside every FFN, or both; null when there is neither. */
export function foundPrefix(keys: StateKeys): FoundSettings | null {
  const [length] = keys.shape(/^prompt_model\.(?:wte_enc|encoder_attn_key\.0)\.weight$/) ?? [];
  const [rank] = keys.shape(/\.ef_ffn_adapter\.down_proj\.weight$/) ?? [];
  const middle = keys.shape(/^prompt_model\.control_trans_enc\.0\.weight$/)?.[0] ?? null;
  if (length !== undefined && rank !== undefined) return { name: "mam", length, middle, rank };
  if (length !== undefined) return { name: "prefix", length, middle };
  return rank === undefined ? null : { name: "parallel-adapter", rank };
}
