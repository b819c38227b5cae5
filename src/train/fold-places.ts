import { VlPetError } from "../error.ts";
import type { Graph, Tensor } from "../graph/index.ts";
import type { SiteHook, SiteName } from "../nn/index.ts";
import { petMerge, type Fold } from "../pet/index.ts";
import { visualLayout } from "../backbones/index.ts";
import { writtenModel, type Model } from "./model.ts";

/** A fold at one place of a model: which map it changes. */
export interface FoldPlace {
  readonly fold: Fold;
  /** Where the method's own weights lie, e.g. `decoder.layers.0.fc1.pet`. */
  readonly own: string;
  /** Paths of the map's parameters. */
  readonly weight: string;
  readonly bias: string | null;
}

/** A value that passed a site: where, and which tensor. */
interface Passing {
  readonly path: string;
  readonly y: Tensor;
}

/** All values that pass a site in a backbone without any method, in the order of the program. */
function passing(made: Model, site: SiteName, task: string | null): readonly Passing[] {
  const found: Passing[] = [];
  const watch: SiteHook = ({ scope, y }) => {
    found.push({ path: scope.path, y });
    return y;
  };
  const watched: Model = { ...made, plan: { ...made.plan, hooks: { [site]: [watch] } } };
  const images = made.backbone.sizes.imageSlots === 0 ? 0 : 1;
  writtenModel(watched, { visual: visualLayout(images, 1, null), task }, "evaluate");
  return found;
}

/** The parameters [W, b?] of the node that makes, or that alone reads, a value. */
function mapOf({ y }: Passing, into: Fold["into"]): readonly Tensor[] {
  if (into === "producer") return y.source.kind === "node" ? y.source.node.inputs.slice(1) : [];
  const graph: Graph = y.graph;
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(y));
  const [reader] = readers;
  return readers.length === 1 && reader?.inputs[0] === y ? reader.inputs.slice(1) : [];
}

function placeOf(fold: Fold, passed: Passing): FoldPlace {
  const [weight, bias] = mapOf(passed, fold.into);
  const isMap =
    weight?.source.kind === "parameter" && (bias === undefined || bias.source.kind === "parameter");
  if (isMap) return { fold, own: passed.path, weight: weight.name, bias: bias?.name ?? null };
  throw new VlPetError("site", "a method folds into a linear map that is not there", {
    where: passed.path,
    expected:
      fold.into === "producer"
        ? "a linear map that gives this value"
        : "one linear map that reads this value",
  });
}

/**
 * Where a model's method folds into its backbone, found in the program itself. Throws kind "config" with the reasons
 * when a part of the method cannot be merged.
 */
export function foldPlaces(made: Model, task: string | null): readonly FoldPlace[] {
  const { folds, obstacles } = petMerge(made.config.pet);
  if (obstacles.length > 0) {
    throw new VlPetError("config", "this method cannot be merged into the backbone", {
      where: made.config.pet.name,
      received: obstacles.map(({ part, why }) => `${part}: ${why}`).join("; "),
      fix: "keep the adapter beside the backbone: it is small, and it is loaded with it",
    });
  }
  return folds.flatMap((fold) => passing(made, fold.site, task).map((passed) => placeOf(fold, passed)));
}
