/** The settings of a configuration as dotted paths with their values as JSON, lists as a whole. */
export function settingLeaves(value: unknown, path = ""): readonly (readonly [string, string])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [[path, JSON.stringify(value) ?? ""]];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    settingLeaves(inner, path === "" ? key : `${path}.${key}`),
  );
}
