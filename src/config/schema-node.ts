import * as v from "valibot";

/** A schema seen from outside: the parts that its kind has, by valibot's own names. */
interface SchemaParts {
  readonly type: string;
  readonly expects: string;
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly wrapped?: v.GenericSchema;
  readonly item?: v.GenericSchema;
  /** Of a record. */
  readonly value?: v.GenericSchema;
  readonly options?: readonly v.GenericSchema[];
  /** Of a variant: the key that tells its options apart. */
  readonly key?: string;
  readonly literal?: unknown;
  readonly getter?: (input: unknown) => v.GenericSchema;
}

function partsOf(schema: v.GenericSchema): SchemaParts {
  return schema;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The option of a variant that the input's own name chooses. */
function variantOption({ key = "", options = [] }: SchemaParts, input: unknown): v.GenericSchema | undefined {
  const name = isRecord(input) ? input[key] : undefined;
  return options.find((option) => {
    const entry = partsOf(option).entries?.[key];
    return entry !== undefined && partsOf(entry).literal === name;
  });
}

/** The schema that decides about `input`: optional, lazy, variant and union schemas are looked through. */
export function plainSchema(schema: v.GenericSchema, input: unknown): v.GenericSchema {
  const parts = partsOf(schema);
  if (parts.wrapped !== undefined) return plainSchema(parts.wrapped, input);
  if (parts.getter !== undefined) return plainSchema(parts.getter(input), input);
  if (parts.type === "variant") {
    const option = variantOption(parts, input);
    return option === undefined ? schema : plainSchema(option, input);
  }
  if (parts.type === "union") {
    const option = parts.options?.find((one) => v.is(one, input));
    return option === undefined ? schema : plainSchema(option, input);
  }
  return schema;
}

/** The schemas of an input's members, by key; empty for anything that has none. */
export function memberSchemas(
  schema: v.GenericSchema,
  input: unknown,
): ReadonlyMap<string | number, v.GenericSchema> {
  const { entries, item, value } = partsOf(plainSchema(schema, input));
  if (entries !== undefined) return new Map(Object.entries(entries));
  if (item !== undefined && Array.isArray(input)) return new Map(input.map((_, i) => [i, item]));
  if (value !== undefined && isRecord(input)) return new Map(Object.keys(input).map((key) => [key, value]));
  return new Map();
}

/** What a schema expects, in valibot's words; one that depends on its input says what it expects of none. */
export function expectation(schema: v.GenericSchema): string {
  const { getter, expects } = partsOf(schema);
  return getter === undefined ? expects : expectation(getter(undefined));
}

/** The schema at a place inside `input`, or null where there is none. */
export function schemaAt(
  schema: v.GenericSchema,
  input: unknown,
  path: readonly (string | number)[],
): v.GenericSchema | null {
  let found: v.GenericSchema | undefined = schema;
  let value = input;
  for (const key of path) {
    found = memberSchemas(found, value).get(key);
    if (found === undefined) return null;
    value = memberOf(value, key);
  }
  return found;
}

/** A member of an object or list, own ones only. */
export function memberOf(value: unknown, key: string | number): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[key];
}

/** All settings below a schema, as dotted paths. Settings of a variant are those of any of its options. */
export function settingPaths(schema: v.GenericSchema, prefix = ""): readonly string[] {
  const { entries, wrapped, options } = partsOf(schema);
  if (wrapped !== undefined) return settingPaths(wrapped, prefix);
  const nested = (options ?? []).filter((option) => typeof option === "object");
  const found = new Set(nested.flatMap((option) => settingPaths(option, prefix)));
  for (const [key, entry] of Object.entries(entries ?? {})) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    for (const below of [path, ...settingPaths(entry, path)]) found.add(below);
  }
  return [...found];
}
