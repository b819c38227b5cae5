import type * as v from "valibot";
import type { Merge } from "./merge.ts";
import type { Plan } from "./plan.ts";

/** The least a method's configuration is: an object told apart by its name. */
type NamedSchema = v.GenericSchema<unknown, { readonly name: string }>;

/** A tuning method: the schema of its settings, and the plan they describe. It knows no backbone. */
export interface Method<S extends NamedSchema = NamedSchema> {
  readonly config: S;
  plan(config: v.InferOutput<S>): Plan;
  /** What can become part of the backbone's own weights after training. */
  merge(config: v.InferOutput<S>): Merge;
}
