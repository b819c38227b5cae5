import { resolve } from "node:path";
import type * as v from "valibot";
import { Path } from "../tasks/index.ts";
import { isHubReference } from "../train/model-folder.ts";
import { memberSchemas, memberOf, plainSchema } from "./schema-node.ts";

/**
 * A copy of `input` in which every text that `schema` declares to be a path is absolute, resolved against `root`; names
 * of models on the Hub stay.
 */
export function absolutePaths(schema: v.GenericSchema, input: unknown, root: string): unknown {
  if (plainSchema(schema, input) === Path) {
    return typeof input === "string" && !isHubReference(input) ? resolve(root, input) : input;
  }
  const members = memberSchemas(schema, input);
  if (members.size === 0 || typeof input !== "object" || input === null) return input;
  const absolute = (key: string | number): unknown => {
    const member = members.get(key);
    const value = memberOf(input, key);
    return member === undefined ? value : absolutePaths(member, value, root);
  };
  if (Array.isArray(input)) return input.map((_, i) => absolute(i));
  return Object.fromEntries(Object.keys(input).map((key) => [key, absolute(key)]));
}
