import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const LIST = readFileSync(join(ROOT, "docs", "fidelity.md"), "utf8");

/** Shipped files, as paths below the project. */
function sources(): readonly string[] {
  const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => `src/${file}`);
}

describe("docs/fidelity.md", () => {
  it("has a row for every file with a Quirk", () => {
    const odd = sources().filter((file) => readFileSync(join(ROOT, file), "utf8").includes("Quirk:"));
    expect(odd.length).toBeGreaterThan(10);
    expect(odd.filter((file) => !LIST.includes(`\`${file}\``))).toEqual([]);
  });

  it("names no file that does not exist", () => {
    const named = [...LIST.matchAll(/`(src\/[^`]+\.ts)`/g)].map(([, file = ""]) => file);
    const known = new Set(sources());
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((file) => !known.has(file))).toEqual([]);
  });
});
