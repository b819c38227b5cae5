import type { Counterpart, FlowStep, Scope } from "../nn/index.ts";
import { layerOf, stackDepth } from "./blocks.ts";
import { TOKEN_TABLE } from "./embedding.ts";
import type { Family, StackName } from "./family.ts";
import { sideLayers, sideScope, type SideNetwork } from "./side-network.ts";
import { stackScope } from "./stack.ts";

/** A place in the backbone and the one beside it; null = there is none. */
interface Places {
  readonly family: Family;
  readonly own: Scope;
  readonly beside: Scope | null;
}

function counterpart({ own, beside }: Places, name: string): Counterpart {
  return { from: own.at(name).path, to: beside && beside.at(name).path };
}

function normStep(places: Places, name: string): FlowStep {
  const parts = places.family.norm.kind === "layer" ? ["weight", "bias"] : ["weight"];
  return { kind: "norm", vectors: parts.map((part) => counterpart(places, `${name}.${part}`)) };
}

function mapStep(places: Places, names: readonly string[], hasBias: boolean): FlowStep {
  const all = (part: string): Counterpart[] => names.map((name) => counterpart(places, `${name}.${part}`));
  return { kind: "maps", weights: all("weight"), biases: hasBias ? all("bias") : [] };
}

/** A block's maps with its norm, before or after them. */
function blockSteps(places: Places, norm: string, maps: readonly FlowStep[]): readonly FlowStep[] {
  const around = normStep(places, norm);
  return places.family.normPlace === "before" ? [around, ...maps] : [...maps, around];
}

function attentionSteps(places: Places, place: string, norm: string): readonly FlowStep[] {
  const { names, bias } = places.family.attention;
  const read = [names.query, names.key, names.value].map((name) => `${place}.${name}`);
  const maps = [mapStep(places, read, bias), mapStep(places, [`${place}.${names.out}`], bias)];
  return blockSteps(places, norm, maps);
}

function layerSteps(places: Places, stack: StackName): readonly FlowStep[] {
  const { layerNames, ffnBias } = places.family;
  const names = layerNames[stack];
  const cross = attentionSteps(places, names.crossAttention, names.crossAttentionNorm);
  return [
    ...attentionSteps(places, names.selfAttention, names.selfAttentionNorm),
    ...(stack === "decoder" ? cross : []),
    ...blockSteps(
      places,
      names.ffnNorm,
      [names.ffnFirst, names.ffnLast].map((name) => mapStep(places, [name], ffnBias)),
    ),
  ];
}

function stackSteps(side: SideNetwork, root: Scope, stack: StackName): readonly FlowStep[] {
  const { family } = side;
  const own = stackScope(root, stack);
  const beside = sideScope(own);
  const kept = sideLayers(side, stack);
  const whole: Places = { family, own, beside };
  const layers = Array.from({ length: stackDepth(family, stack) }, (_, index) => {
    const layerBeside = kept.includes(index) ? layerOf(beside, family, stack, index).scope : null;
    return layerSteps({ family, own: layerOf(own, family, stack, index).scope, beside: layerBeside }, stack);
  });
  const [from, to] = [0, kept[0] ?? 0].map((layer) => family.positions.relativeTable(layer));
  const table: FlowStep[] =
    from && to ? [{ kind: "copy", table: { from: own.at(from).path, to: beside.at(to).path } }] : [];
  return [
    ...table,
    ...layers.flat(),
    ...(family.finalNorm === null ? [] : [normStep(whole, family.finalNorm)]),
  ];
}

/**
 * The way of rows through the backbone, from the token table to the decoder's end, with what of a side network stands
 * beside it. Quirk: keys and values of the cross-attention count as maps of the decoder's rows.
 */
export function rowFlow(side: SideNetwork, root: Scope): readonly FlowStep[] {
  return [
    { kind: "table", from: root.shared(TOKEN_TABLE).at("weight").path },
    ...stackSteps(side, root, "encoder"),
    ...stackSteps(side, root, "decoder"),
  ];
}
