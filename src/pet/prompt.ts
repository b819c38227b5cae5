import * as v from "valibot";
import { VlPetError } from "../error.ts";
import { embeddingTable, linear, widthOf, type SiteHook } from "../nn/index.ts";
import { tanh } from "../ops/index.ts";
import { unmergeable } from "./merge.ts";
import type { Method } from "./method.ts";
import { hooksAt, joinedHooks, VISUAL_EMBEDDING } from "./plan.ts";
import { positiveInteger } from "./positive-integer.ts";

const promptLength = v.pipe(v.number(), v.integer(), v.minValue(0));

const PromptConfig = v.strictObject({
  name: v.literal("prompt"),
  /** Rows before the encoder's text. */
  encoderLength: v.optional(promptLength, 40),
  /** Rows before the decoder's text. */
  decoderLength: v.optional(promptLength, 0),
  /** Width between the two maps that make a row from its embedding. */
  hiddenWidth: v.optional(positiveInteger, 800),
  /** "tasks": one prompt for all tasks; "none": one for each. */
  share: v.optional(v.picklist(["tasks", "none"]), "tasks"),
});
type PromptConfig = v.InferOutput<typeof PromptConfig>;

/** up(tanh(down(table))): [P, D] */
function promptHook({ hiddenWidth, share }: PromptConfig): SiteHook {
  return ({ scope, y }) => {
    const shared = scope.at("prompt");
    const at = share === "tasks" ? shared : shared.ofTask();
    const [length] = y.shape;
    if (typeof length !== "number") throw new RangeError("internal: a prompt has a fixed length");
    const rows = embeddingTable(at.at("table"), length, widthOf(y));
    return linear(at.at("up"), tanh(linear(at.at("down"), rows, hiddenWidth)), widthOf(y));
  };
}

/**
 * Soft prompts (Lester et al. 2021; original: prompt_modeling.py): learned rows before the encoder's text, before the
 * decoder's, or both. Throws kind "config" when both are empty.
 */
export const prompt: Method<typeof PromptConfig> = {
  config: PromptConfig,
  plan(config: PromptConfig) {
    const prompts = { encoder: config.encoderLength, decoder: config.decoderLength };
    if (prompts.encoder + prompts.decoder === 0) {
      throw new VlPetError("config", "a prompt needs rows", {
        where: "pet.encoderLength",
        received: "0 rows before either text",
        fix: "set pet.encoderLength, e.g. to 40, or pet.decoderLength",
      });
    }
    const hook = promptHook(config);
    return {
      hooks: joinedHooks(
        prompts.encoder === 0 ? {} : hooksAt(["encoder.prompt"], hook),
        prompts.decoder === 0 ? {} : hooksAt(["decoder.prompt"], hook),
      ),
      unfreeze: [VISUAL_EMBEDDING],
      prompts,
      perTask: config.share !== "tasks",
    };
  },
  merge: () =>
    unmergeable("the prompt", "its rows stand before the texts, and a plain backbone has nothing there"),
};
