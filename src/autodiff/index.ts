export { backward } from "./backward.ts";
export {
  gradientError,
  type Evaluate,
  type GradientError,
  type GradientQuestion,
  type HostValues,
} from "./check.ts";
