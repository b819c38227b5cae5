import * as v from "valibot";
import type { Tensor } from "../graph/index.ts";
import { norm, type NormKind, type Scope, type SiteHook, type SiteName } from "../nn/index.ts";
import { add, mul } from "../ops/index.ts";
import { sameWidthBottleneck } from "./bottleneck.ts";
import { hooksAt, type Plan } from "./plan.ts";
import { positiveInteger } from "./positive-integer.ts";
import type { Projection } from "./projection.ts";
import { ShareSetting, type Share } from "./share.ts";
import { AdapterNormsSetting, unfrozenNorms, type AdapterNorms } from "./adapter-norms.ts";

/** Every sublayer's output. */
export const SUBLAYER_SITES = [
  "encoder.self-attention",
  "encoder.ffn",
  "decoder.self-attention",
  "decoder.cross-attention",
  "decoder.ffn",
] as const satisfies readonly SiteName[];

const ADAPTER_NORM: NormKind = { kind: "layer", epsilon: 1e-5 };

/** Settings of all adapters that sit on the sublayers' outputs; the defaults are those of the scripts. */
export const ADAPTER_SETTINGS = {
  /** r */
  rank: v.optional(positiveInteger, 96),
  share: ShareSetting,
  /** s: factor on what the adapter adds. */
  scale: v.optional(v.number(), 1),
  /** Layer norms of the adapter's own, before and after it. */
  preNorm: v.optional(v.boolean(), false),
  postNorm: v.optional(v.boolean(), false),
  /** Where adapters sit. */
  sites: v.optional(v.array(v.picklist(SUBLAYER_SITES)), [...SUBLAYER_SITES]),
  /** Norms of the language model that are trained. */
  norms: AdapterNormsSetting,
} as const;

export interface AdapterSettings {
  readonly rank: number;
  readonly share: Share;
  readonly scale: number;
  readonly preNorm: boolean;
  readonly postNorm: boolean;
  readonly sites: readonly SiteName[];
  readonly norms: AdapterNorms;
}

type AdapterForm = Pick<AdapterSettings, "rank" | "share" | "scale" | "preNorm" | "postNorm">;

function normed(scope: Scope, wanted: boolean, x: Tensor): Tensor {
  return wanted ? norm(scope, x, ADAPTER_NORM) : x;
}

/** z + PostNorm(s · A(PreNorm(z))) on what a sublayer gives. (Original: adapter_controller.py.) */
export function adapterHook(settings: AdapterForm, projection: Projection): SiteHook {
  const { rank, share, scale, preNorm, postNorm } = settings;
  return ({ scope, y }) => {
    const at = scope.at("adapter");
    const read = normed(at.at("pre_layer_norm"), preNorm, y);
    const made = sameWidthBottleneck(at, read, { rank, share, projection });
    const scaled = scale === 1 ? made : mul(made, scale);
    return add(y, normed(at.at("post_layer_norm"), postNorm, scaled));
  };
}

/** A plan with adapters of one form at the chosen sublayers. */
export function adapterPlan(settings: AdapterSettings, projection: Projection): Plan {
  return {
    hooks: hooksAt(settings.sites, adapterHook(settings, projection)),
    ...unfrozenNorms(settings.norms),
    perTask: settings.share !== "tasks",
  };
}
