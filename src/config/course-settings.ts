import { ADAMW } from "../optim/index.ts";
import type { CourseSettings } from "../train/training-run.ts";
import type { RunConfig } from "./run-config.ts";

/** The course of a training that a configuration describes. */
export function courseSettings({ training, behaviour }: RunConfig): CourseSettings {
  const { validate: _, logEvery: __, trainTopk: ___, validTopk: ____, weightDecay, ...course } = training;
  const decaysGains = behaviour === "original";
  return { ...course, behaviour, adamw: { ...ADAMW, weightDecay, ...(decaysGains ? {} : { decaysGains }) } };
}
