import * as v from "valibot";
import type { Tensor } from "../graph/index.ts";
import { ONES, widthOf, type Init, type SiteHook, type SiteName } from "../nn/index.ts";
import { add, mul } from "../ops/index.ts";
import { scaledInputs, scaledOutputs, type Fold } from "./merge.ts";
import type { Method } from "./method.ts";
import { hooksAt, joinedHooks, VISUAL_EMBEDDING } from "./plan.ts";

/** Where IA3's vectors act, by setting. */
const IA3_SITES = {
  value: "decoder.cross-attention.value",
  ffn: "decoder.ffn.hidden",
} as const satisfies Readonly<Record<string, SiteName>>;

/** How a vector ℓ acts on rows y. */
const IA3_FORMS = {
  /** y ⊙ ℓ */
  plain: (y, scale) => mul(y, scale),
  /** y + y ⊙ ℓ */
  residual: (y, scale) => add(y, mul(y, scale)),
} as const satisfies Readonly<Record<string, (y: Tensor, scale: Tensor) => Tensor>>;

type Ia3Form = keyof typeof IA3_FORMS;

const STARTS = {
  "near-zero": { kind: "normal", deviation: 0.02 },
  ones: ONES,
} as const satisfies Readonly<Record<string, Init>>;

const form = v.optional(v.picklist(["none", ...(Object.keys(IA3_FORMS) as Ia3Form[])]), "residual");

const Ia3Config = v.strictObject({
  name: v.literal("ia3"),
  /** On the cross-attention's value; "none" leaves it out. */
  value: form,
  /** On the decoder FFN's hidden units. */
  ffn: form,
  /** How the vectors start: the original's N(0, 0.02²) suits the residual form, ones the plain one. */
  start: v.optional(v.picklist(Object.keys(STARTS) as (keyof typeof STARTS)[]), "near-zero"),
});
type Ia3Config = v.InferOutput<typeof Ia3Config>;

function scaling(how: Ia3Form, init: Init): SiteHook {
  return ({ scope, y }) =>
    IA3_FORMS[how](y, scope.parameter("scale", [widthOf(y)], { of: "vector", role: "weight" }, init));
}

/** The factor that a form makes of ℓ. */
const IA3_FACTORS = {
  plain: (scale) => scale,
  residual: (scale) => 1 + scale,
} as const satisfies Readonly<Record<Ia3Form, (scale: number) => number>>;

/** A scale vector at a site, folded into the map before or behind it. */
function foldedScale(
  site: SiteName,
  how: Ia3Form | "none",
  into: Fold["into"],
  scale: typeof scaledInputs,
): readonly Fold[] {
  if (how === "none") return [];
  const folded: Fold["folded"] = (map, own) => {
    const scales = own("scale");
    return scale(map, scales.length, (channel) => IA3_FACTORS[how](scales[channel] ?? 0));
  };
  return [{ site, into, folded }];
}

/** The value's map has its outputs scaled, the map that reads the hidden units its inputs. */
function ia3Folds({ value, ffn }: Ia3Config): readonly Fold[] {
  return [
    ...foldedScale(IA3_SITES.value, value, "producer", scaledOutputs),
    ...foldedScale(IA3_SITES.ffn, ffn, "reader", scaledInputs),
  ];
}

/** IA3 (Liu et al. 2022): learned scales, in the decoder only, as the original has it. */
export const ia3: Method<typeof Ia3Config> = {
  config: Ia3Config,
  plan: (config: Ia3Config) => ({
    hooks: joinedHooks(
      ...(["value", "ffn"] as const).map((setting) => {
        const how = config[setting];
        return how === "none" ? {} : hooksAt([IA3_SITES[setting]], scaling(how, STARTS[config.start]));
      }),
    ),
    unfreeze: [VISUAL_EMBEDDING],
  }),
  merge: (config: Ia3Config) => ({ folds: ia3Folds(config), obstacles: [] }),
};
