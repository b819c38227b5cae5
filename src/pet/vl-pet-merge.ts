import type { SiteName } from "../nn/index.ts";
import type { Gating } from "./gating.ts";
import {
  BOTTLENECK_STAYS,
  scaledOutputs,
  withIdentity,
  type Fold,
  type Merge,
  type Obstacle,
} from "./merge.ts";
import type { VlPetConfig } from "./vl-pet-config.ts";

/** Gatings that are one factor a channel and nothing else. */
const FACTORS: Readonly<Partial<Record<Gating, "own" | "none">>> = { none: "none", middleY: "own" };

const SUBLAYERS = [
  ["encoder.self-attention", ({ granularity }: VlPetConfig): Gating => granularity],
  ["encoder.ffn", ({ granularity, ffnGranularity }: VlPetConfig): Gating => ffnGranularity ?? granularity],
] as const satisfies readonly (readonly [SiteName, (config: VlPetConfig) => Gating])[];

function gatingObstacle(site: SiteName, gating: Gating, { gateMode }: VlPetConfig): readonly Obstacle[] {
  const part = `the gate "${gating}" at ${site}`;
  const factor = FACTORS[gating];
  if (factor === undefined) return [{ part, why: "its value depends on what passes it" }];
  if (factor === "own" && gateMode === "add") {
    return [{ part, why: "it adds a number to each channel, and not every backbone has a bias there" }];
  }
  return [];
}

function obstaclesOf(config: VlPetConfig): readonly Obstacle[] {
  const bottlenecks = [
    [config.rank, "the encoder modification Δh"],
    [config.decoderPlaces.length === 0 ? null : config.decoderRank, "the decoder's modules"],
    [config.shiftedGateRank, "the shifted gate"],
  ] as const;
  return [
    ...bottlenecks.flatMap(([rank, part]) => (rank === null ? [] : [{ part, why: BOTTLENECK_STAYS }])),
    ...SUBLAYERS.flatMap(([site, gating]) => gatingObstacle(site, gating(config), config)),
  ];
}

/** s · (1 + g) ⊙ h, or s · h, as a factor on the rows of the map that gives h. */
function sublayerFold(site: SiteName, gating: Gating, { scale, sublayerScale }: VlPetConfig): Fold {
  return {
    site,
    into: "producer",
    folded(map, own) {
      const factor = scale * sublayerScale;
      if (gating === "none") return scaledOutputs(map, 1, () => factor);
      const gate = own("gate");
      return scaledOutputs(map, gate.length, (channel) => factor * (1 + (gate[channel] ?? 0)));
    },
  };
}

const VALUE_RESIDUAL_FOLD: Fold = {
  site: "decoder.cross-attention.value",
  into: "producer",
  folded: (map) => withIdentity(map, Math.sqrt(map.weight.length)),
};

/** What of VL-PET can be merged: scale vectors and factors; bottlenecks and gates that look at their input stay. */
export function vlPetMerge(config: VlPetConfig): Merge {
  const sublayers = SUBLAYERS.map(([site, gating]) => sublayerFold(site, gating(config), config));
  return {
    folds: config.valueResidual ? [...sublayers, VALUE_RESIDUAL_FOLD] : sublayers,
    obstacles: obstaclesOf(config),
  };
}
