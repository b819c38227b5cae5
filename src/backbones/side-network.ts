import { VlPetError } from "../error.ts";
import { plus, times, type Tensor } from "../graph/index.ts";
import type { Ladder, Layout, Scope, Sequence } from "../nn/index.ts";
import { padAxis } from "../ops/index.ts";
import { layerOf, stackDepth } from "./blocks.ts";
import { left } from "./embedding.ts";
import type { Family, StackName } from "./family.ts";
import type { LayerStep } from "./stack.ts";

/** A ladder beside a backbone: the side network's layers are of the backbone's family, at a fraction of its widths. */
export interface SideNetwork {
  readonly ladder: Ladder;
  readonly family: Family;
}

/** What the side network reads of a stack. */
export interface Taps {
  /** Embedded tokens before their dropout; those that only the side network sees come last. */
  readonly embedded: Sequence;
  /** What each of the backbone's layers leaves behind. */
  readonly layers: readonly Sequence[];
}

/**
 * Binds a ladder to a family. Fractions of widths are rounded down, as in the original. Throws kind "config" when
 * nothing is left of a width, or when a layer is beside none of the backbone's.
 */
export function sideNetwork(family: Family, ladder: Ladder): SideNetwork {
  const { sizes, attention } = family;
  const part = (width: number): number => Math.floor(width / ladder.reduction);
  const headWidth = part(sizes.headWidth);
  if (Math.min(headWidth, part(sizes.width), part(sizes.ffnWidth)) < 1) {
    throw new VlPetError("config", "the side network is reduced to nothing", {
      where: "pet.reduction",
      expected: `at most ${Math.min(sizes.headWidth, sizes.ffnWidth)}, the smallest width it divides`,
      received: `${ladder.reduction}`,
    });
  }
  // Quirk: starts of weights stay those of the full width.
  const narrow: Family = {
    ...family,
    sizes: { ...sizes, width: part(sizes.width), headWidth, ffnWidth: part(sizes.ffnWidth) },
    attention: { ...attention, headWidth },
  };
  const side = { ladder, family: narrow };
  for (const stack of ["encoder", "decoder"] as const) requireLayers(side, stack);
  return side;
}

function requireLayers(side: SideNetwork, stack: StackName): void {
  const depth = stackDepth(side.family, stack);
  const wrong = sideLayers(side, stack).find(
    (index, i, all) => index >= depth || index <= (all[i - 1] ?? -1),
  );
  if (wrong === undefined) return;
  throw new VlPetError("config", "side layers do not lie beside the backbone's", {
    where: `pet.${stack}Layers`,
    expected: `ascending numbers from 0 to ${depth - 1}`,
    received: `${wrong} in [${sideLayers(side, stack).join(", ")}]`,
  });
}

/** The backbone's layers that have a side layer. */
export function sideLayers({ ladder, family }: SideNetwork, stack: StackName): readonly number[] {
  return ladder.layers[stack] ?? Array.from({ length: stackDepth(family, stack) }, (_, index) => index);
}

/** Where the side network of a stack lies: the method's own, since all of it is trained. */
export function sideScope(stackScope: Scope): Scope {
  return stackScope.ofMethod().at("side");
}

/** Rows with zeros in the places that only the longer layout has. */
function lengthened(rows: Tensor, from: Layout, to: Layout): Tensor {
  const after = plus(to.length, times(from.length, -1));
  if (after === 0) return rows;
  return to.rows(padAxis(from.grid(rows), { axis: 1, before: 0, after }));
}

/**
 * The side network along a stack: s ← tap(dropout(embedded)); beside layer i: s ← layer(mix(s, tap(states of i))); at
 * the end the family's final norm, if it has one. (Ladder side-tuning, Sung et al. 2022.)
 */
export function sideStates(
  side: SideNetwork,
  scope: Scope,
  stack: StackName,
  { taps: { embedded, layers }, step }: { readonly taps: Taps; readonly step: LayerStep },
): Sequence {
  const { ladder, family } = side;
  const { width } = family.sizes;
  const { layout } = embedded;
  const entering = scope.dropout(embedded.rows, family.dropRate, "embedding");
  let states: Sequence = { rows: ladder.tap(scope, entering, width), layout }; // [R, D/r]
  for (const index of sideLayers(side, stack)) {
    const layer = layerOf(scope, family, stack, index);
    const beside = layers[index];
    if (beside === undefined) throw new RangeError(`internal: nothing to tap beside side layer ${index}`);
    const tapped = lengthened(ladder.tap(layer.scope, beside.rows, width), beside.layout, layout);
    states = step(layer, { rows: ladder.mix(layer.scope, states.rows, tapped), layout });
  }
  return { rows: left(scope, family, states.rows), layout };
}
