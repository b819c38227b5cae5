import type { SiteHook, SiteHooks, SiteName } from "../nn/index.ts";
import { VlPetError } from "../error.ts";
import { add, mul } from "../ops/index.ts";
import { sameWidthBottleneck, type BottleneckOptions } from "./bottleneck.ts";
import { GRANULARITIES } from "./granularity.ts";
import { hooksAt, joinedHooks } from "./plan.ts";

/** Where a bottleneck A sits in every decoder layer: it gives onto + s · A(reads). */
interface DecoderPlace {
  readonly site: SiteName;
  readonly reads: "x" | "y";
  readonly onto: "x" | "y";
  /** Where its weights lie at the site. */
  readonly module: string;
}

const VALUE: SiteName = "decoder.cross-attention.value";

/** E: what the encoder gives. (Original: modeling_bart.py, spec pet-methods §4.) */
export const DECODER_PLACES = {
  /** The value beside its projection, W_v·E + s·A(E): VL-PET's own. */
  value: { site: VALUE, reads: "x", onto: "y", module: "adapter" },
  /** The value, E + s·A(E). Quirk: the pretrained value projection is not used. */
  "value-sequential": { site: VALUE, reads: "x", onto: "x", module: "sequential" },
  /** Keys and values alike, which then read E + s·A(E). */
  "key-value": { site: "decoder.cross-attention.states", reads: "y", onto: "y", module: "adapter" },
  /** A sublayer's output. */
  "self-attention": { site: "decoder.self-attention", reads: "y", onto: "y", module: "adapter" },
  "cross-attention": { site: "decoder.cross-attention", reads: "y", onto: "y", module: "adapter" },
  ffn: { site: "decoder.ffn", reads: "y", onto: "y", module: "adapter" },
} as const satisfies Readonly<Record<string, DecoderPlace>>;

export type DecoderPlaceName = keyof typeof DECODER_PLACES;

export interface DecoderModule {
  readonly bottleneck: BottleneckOptions;
  /** s */
  readonly scale: number;
  /** Rank of a large gate on what each module gives, σ(up(φ(down(x)))) ⊙ …; null = no gate. */
  readonly gateRank: number | null;
}

function placedModule({ reads, onto, module }: DecoderPlace, settings: DecoderModule): SiteHook {
  return (call) => {
    const made = sameWidthBottleneck(call.scope.at(module), call[reads], settings.bottleneck);
    const adapted = add(call[onto], settings.scale === 1 ? made : mul(made, settings.scale));
    if (settings.gateRank === null) return adapted;
    return mul(adapted, GRANULARITIES.large({ ...call, y: adapted, rank: settings.gateRank }));
  };
}

/** The value with the encoder's states added: E + V. */
export const VALUE_RESIDUAL: SiteHooks = hooksAt([VALUE], ({ x, y }) => add(x, y));

/** Hooks of the same module at several places. Throws kind "config" when two places share a site. */
export function decoderModules(names: readonly DecoderPlaceName[], settings: DecoderModule): SiteHooks {
  const places: readonly DecoderPlace[] = names.map((name) => DECODER_PLACES[name]);
  const sites = places.map(({ site }) => site);
  if (new Set(sites).size < sites.length) {
    throw new VlPetError("config", "two decoder modules cannot stand at one place", {
      where: "pet.decoderPlaces",
      received: names.join(", "),
      fix: 'choose one of "value" and "value-sequential", and name each place once',
    });
  }
  return joinedHooks(...places.map((place) => hooksAt([place.site], placedModule(place, settings))));
}
