import * as v from "valibot";
import type { Scope } from "../nn/index.ts";

/** What tasks share of a down and an up map: both, neither, or one of them. */
export const SHARES = ["tasks", "none", "down", "up"] as const;
export type Share = (typeof SHARES)[number];

/** "tasks": one module for all tasks; "none": one for each; "down" and "up": only that map is shared. */
export const ShareSetting = v.optional(v.picklist(SHARES), "tasks");

/** Where a map's weights lie: its own, and those that tasks share even when each has a map of its own. */
export interface MapPlace {
  readonly own: Scope;
  readonly common: Scope;
}

/** The place of one of a module's two maps. */
export function mapPlace(module: Scope, map: "down" | "up", share: Share): MapPlace {
  const common = module.at(map);
  return { common, own: share === "tasks" || share === map ? common : common.ofTask() };
}
