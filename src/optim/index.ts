export {
  ADAMW,
  adamwUpdate,
  correctedRate,
  decays,
  type AdamwRates,
  type AdamwSettings,
  type AdamwState,
} from "./adamw.ts";
export { clipFactor, jointNorm } from "./clip.ts";
export { constantSchedule, linearSchedule, scheduleLength, type Schedule } from "./schedule.ts";
