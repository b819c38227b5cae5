import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** A copy of the project with the example method of docs/your-own-method.md put in: one file, one line, one tiny configuration. */
async function extendedCopy(): Promise<string> {
  const folder = await mkdtemp(join(ROOT, "node_modules", ".your-own-method-"));
  for (const name of ["src", "package.json", "tsconfig.json", "tsconfig.build.json", "vitest.config.ts"]) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  }
  await cp(join(ROOT, "test/contract"), join(folder, "test/contract"), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await cp(join(ROOT, "docs/examples/shift.ts"), join(folder, "src/pet/shift.ts"));
  await replace(join(folder, "src/pet/index.ts"), [
    [
      'import { vlPet } from "./vl-pet.ts";',
      'import { shift } from "./shift.ts";\nimport { vlPet } from "./vl-pet.ts";',
    ],
    ['  "vl-pet": vlPet,', '  shift,\n  "vl-pet": vlPet,'],
  ]);
  await replace(join(folder, "test/contract/tiny-methods.ts"), [
    ['  full: [{ name: "full" }],', '  full: [{ name: "full" }],\n  shift: [{ name: "shift" }],'],
  ]);
  return folder;
}

async function replace(file: string, edits: readonly (readonly [string, string])[]): Promise<void> {
  let text = await readFile(file, "utf8");
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`${file} no longer has the line ${from}`);
    text = text.replace(from, to);
  }
  await writeFile(file, text);
}

describe("docs/your-own-method.md", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await extendedCopy();
    await run("npx", ["tsc", "-p", "tsconfig.build.json"], { cwd: folder });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("the command knows the method: 12 vectors of 768 on bart-base, and the visual embedding", async () => {
    const options = ["inspect", "--set", "pet.name=shift", "--set", "backbone.featureWidth=2048"];
    const tokenizer = join(ROOT, "models/scenes");
    const settings = ["--set", `tokenizer=${tokenizer}`, "--json"];
    const { stdout } = await run("node", ["dist/cli/main.js", ...options, ...settings], { cwd: folder });
    const { trained } = JSON.parse(stdout) as { trained: number };
    expect(trained).toBe(12 * 768 + 2048 * 768 + 13 * 768);
  });

  it("the matrix of methods and backbones tests it", async () => {
    const args = ["vitest", "run", "test/contract/methods.test.ts", "-t", "shift", "--reporter=json"];
    const { stdout } = await run("npx", args, { cwd: folder });
    const report = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
      numPassedTests: number;
      numFailedTests: number;
    };
    expect(report.numFailedTests).toBe(0);
    expect(report.numPassedTests).toBeGreaterThan(2);
  });
});
