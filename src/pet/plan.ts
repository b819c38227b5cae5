import {
  selects,
  type FlowStep,
  type Ladder,
  type Parameter,
  type PromptLengths,
  type Selector,
  type SiteHook,
  type SiteHooks,
  type SiteName,
} from "../nn/index.ts";

/** A backbone with its numbers, to make a side network's start from. */
export interface StartRequest {
  readonly flow: readonly FlowStep[];
  /** Numbers and shape of a parameter by its path. */
  readonly read: (
    path: string,
  ) => Promise<{ readonly values: Float32Array; readonly shape: readonly number[] }>;
}

/** What a method does to a model: values changed at sites, and frozen parameters unfrozen. */
export interface Plan {
  readonly hooks: SiteHooks;
  readonly unfreeze: readonly Selector[];
  /** More to unfreeze where a backbone has it; unlike in `unfreeze`, matching nothing is no mistake. */
  readonly unfreezeWherePresent?: readonly Selector[];
  /** Rows before the texts, whose values the sites `encoder.prompt` and `decoder.prompt` give. Default: none. */
  readonly prompts?: PromptLengths;
  /** A side network along the backbone, which takes the place of its end. Default: none. */
  readonly ladder?: Ladder;
  /** The start of the side network, where it is made from the backbone instead of drawn. */
  readonly start?: (backbone: StartRequest) => Promise<ReadonlyMap<string, Float32Array>>;
  /** Tasks have weights of their own (`scope.ofTask()`), so each task gets a graph of its own. Default: no. */
  readonly perTask?: boolean;
}

/** Whether a plan trains a parameter: the method's own ones, and those it unfreezes. */
export function trains(plan: Plan, parameter: Parameter): boolean {
  const unfrozen = [...plan.unfreeze, ...(plan.unfreezeWherePresent ?? [])];
  return parameter.traits.owner === "pet" || unfrozen.some((selector) => selects(selector, parameter));
}

/** One hook at several sites. */
export function hooksAt(sites: readonly SiteName[], hook: SiteHook): SiteHooks {
  return Object.fromEntries(sites.map((site) => [site, [hook]]));
}

/** Hooks of several designs together; at a shared site they run in the given order. */
export function joinedHooks(...parts: readonly SiteHooks[]): SiteHooks {
  const joined: Partial<Record<string, readonly unknown[]>> = {};
  for (const part of parts) {
    for (const [site, hooks] of Object.entries(part)) joined[site] = [...(joined[site] ?? []), ...hooks];
  }
  return joined;
}

/** Every method trains the visual embedding, except where it says otherwise. */
export const VISUAL_EMBEDDING: Selector = { part: "visual" };
