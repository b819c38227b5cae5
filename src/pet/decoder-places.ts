import type { BottleneckOptions, SiteHook, SiteHooks, SiteName } from "../nn/index.ts";
import { VlPetError } from "../error.ts";
import { add, mul } from "../ops/index.ts";
import { sameWidthBottleneck } from "./bottleneck.ts";
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
  /** Adds E to the value at the end. */
  readonly valueResidual: boolean;
}

function placedModule({ site, reads, onto, module }: DecoderPlace, settings: DecoderModule): SiteHook {
  return (call) => {
    const { scope, x } = call;
    const made = sameWidthBottleneck(scope.at(module), call[reads], settings.bottleneck);
    const adapted = add(call[onto], settings.scale === 1 ? made : mul(made, settings.scale));
    const { gateRank } = settings;
    const y =
      gateRank === null
        ? adapted
        : mul(adapted, GRANULARITIES.large({ ...call, y: adapted, rank: gateRank }));
    return settings.valueResidual && site === VALUE ? add(x, y) : y;
  };
}

/** Hooks of the same module at several places. Throws kind "config" when two places share a site, or a setting has no place. */
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
  if (settings.valueResidual && !sites.includes(VALUE)) {
    throw new VlPetError("config", "a residual value needs a module at the value", {
      where: "pet.valueResidual",
      received: names.join(", "),
      fix: 'add "value" to pet.decoderPlaces, or leave pet.valueResidual out',
    });
  }
  return joinedHooks(...places.map((place) => hooksAt([place.site], placedModule(place, settings))));
}
