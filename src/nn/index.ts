export {
  attend,
  attentionOutput,
  keyValue,
  queries,
  type AttentionBlock,
  type AttentionKind,
  type KeyValue,
} from "./attention.ts";
export type { Ladder } from "./ladder.ts";
export {
  embedding,
  embeddingTable,
  linear,
  norm,
  widthOf,
  type LinearOptions,
  type NormKind,
} from "./layers.ts";
export { paddedLayout, type Layout, type Sequence } from "./layout.ts";
export {
  initialValues,
  ONES,
  parameterCount,
  selects,
  ZEROS,
  type Init,
  type Parameter,
  type Part,
  type Selector,
  type Traits,
} from "./parameter.ts";
export type { Counterpart, FlowStep } from "./row-flow.ts";
export { Scope, type Depths, type InitRule, type Mode, type ScopeOptions } from "./scope.ts";
export {
  ATTENDED_SITES,
  SITES,
  WITHOUT_PROMPTS,
  type Attended,
  type AttendedHook,
  type AttendedSite,
  type PromptLengths,
  type SiteCall,
  type SiteHook,
  type SiteHooks,
  type SiteName,
} from "./site.ts";
