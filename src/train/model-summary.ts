import { visualLayout, type VisualLayout } from "../backbones/index.ts";
import { parameterCount, selects, type Parameter, type Selector, type SiteName } from "../nn/index.ts";
import { modelParameters, type Model } from "./model.ts";
import { parametersOf } from "./session.ts";

/** Parameters of one kind. */
export interface ParameterGroup {
  readonly group: string;
  readonly total: number;
  readonly trained: number;
}

const SIDE = "side network";

/** What a method does at one site, or along the backbone: its own parameters there, alike ones of all layers together. */
export interface SiteSummary {
  readonly site: SiteName | typeof SIDE;
  readonly parameters: readonly {
    readonly path: string;
    readonly shape: readonly number[];
    readonly count: number;
  }[];
}

/** What a method unfreezes. */
export interface UnfrozenSummary {
  readonly selector: Selector;
  readonly parameters: number;
}

/** A model in numbers. Buffers are not counted, tied weights once. */
export interface ModelSummary {
  readonly total: number;
  readonly trained: number;
  /** 100 · trained / total, as the paper's tables give it. */
  readonly percent: number;
  readonly groups: readonly ParameterGroup[];
  readonly sites: readonly SiteSummary[];
  readonly unfrozen: readonly UnfrozenSummary[];
}

/** CLIP's and the patch encoder's grid. */
const GRID_ROWS = 49;

/** A layout that a model with these regions can have; the parameters do not depend on it. */
export function exampleLayout(regions: number | null): VisualLayout {
  const side = Math.ceil(Math.sqrt(Math.max(GRID_ROWS, regions ?? 0)));
  return visualLayout(1, side ** 2, regions === null ? null : { regions });
}

/** Counts a model's parameters and lists what its method does where. Reads no weights. */
export function modelSummary(made: Model): ModelSummary {
  const { all, trained } = parametersOf(made);
  const isTrained = new Set(trained);
  const groups = new Map<string, Parameter[]>();
  for (const parameter of all) {
    if (parameter.traits.role === "buffer") continue;
    const name = groupOf(parameter);
    groups.set(name, [...(groups.get(name) ?? []), parameter]);
  }
  const total = parameterCount(all);
  const trainedCount = parameterCount(trained);
  return {
    total,
    trained: trainedCount,
    percent: (100 * trainedCount) / total,
    groups: [...groups].map(([group, members]) => ({
      group,
      total: parameterCount(members),
      trained: parameterCount(members.filter((parameter) => isTrained.has(parameter))),
    })),
    sites: placesOf(made).map((site) => siteSummary(made, site)),
    unfrozen: made.plan.unfreeze.map((selector) => ({
      selector,
      parameters: parameterCount(all.filter((parameter) => selects(selector, parameter))),
    })),
  };
}

function groupOf({ traits: { owner, part, of } }: Parameter): string {
  if (owner === "pet") return `method, in the ${part}`;
  if (part === "vision") return "image encoder";
  if (part === "visual") return "visual embedding";
  if (part === "shared") return of === "embedding" ? "token table" : "shared";
  return part;
}

function placesOf({ plan }: Model): readonly SiteSummary["site"][] {
  const sites = Object.keys(plan.hooks) as SiteName[];
  return plan.ladder === undefined ? sites : [...sites, SIDE];
}

/** The model is written with this site's hooks alone, so that every parameter of the method comes from it. */
function siteSummary(made: Model, site: SiteSummary["site"]): SiteSummary {
  const hooks = site === SIDE ? {} : { [site]: made.plan.hooks[site] ?? [] };
  const alone: Model = { ...made, plan: { ...made.plan, hooks, unfreeze: [] } };
  const own = modelParameters(alone).filter(({ traits }) => traits.owner === "pet");
  const alike = new Map<string, { path: string; shape: readonly number[]; count: number }>();
  for (const { path, shape } of own) {
    const general = path.replaceAll(/\.\d+(?=\.)/g, ".*");
    const known = alike.get(general);
    alike.set(general, { path: general, shape, count: (known?.count ?? 0) + 1 });
  }
  return { site, parameters: [...alike.values()] };
}
