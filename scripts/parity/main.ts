import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { nodeEngine } from "../../src/runtime/index.ts";
import type { Check } from "./checks.ts";
import { runCase } from "./run-case.ts";

const folder = process.argv[2];
if (folder === undefined || !existsSync(folder)) {
  console.error(
    "usage: npm run parity -- DIR    (a folder of parity cases, e.g. ../shared/fixtures/parity/dev)",
  );
  process.exit(2);
}
const wanted = process.argv[3];

function worstOf(checks: readonly Check[], what: Check["what"]): string {
  const errors = checks.filter((check) => check.what === what).map(({ error }) => error);
  return errors.length === 0 ? "-" : Math.max(...errors).toExponential(1);
}

function line(name: string, checks: readonly Check[]): string {
  const tokens = checks.filter(({ what }) => what === "tokens");
  const same = tokens.filter(({ error }) => error === 0).length;
  const failed = checks.filter(({ error, limit }) => !(error <= limit));
  const parts = [
    failed.length === 0 ? "pass " : "FAIL ",
    name.padEnd(40),
    `loss ${worstOf(checks, "loss")}`,
    `gradient ${worstOf(checks, "gradient")}`,
    `parameter ${worstOf(checks, "parameter")}`,
    `tokens ${tokens.length === 0 ? "-" : `${same}/${tokens.length}`}`,
  ];
  const why = failed.map(({ what, error, where }) => `\n      ${what} ${where ?? ""}: ${error}`).join("");
  return parts.join("  ") + why;
}

let passed = 0;
let failed = 0;
let later = 0;
const names = readdirSync(folder)
  .filter(
    (name) => existsSync(join(folder, name, "case.json")) && (wanted === undefined || name.includes(wanted)),
  )
  .toSorted();
for (const name of names) {
  const engine = nodeEngine();
  try {
    const result = await runCase(join(folder, name), engine);
    if (result.kind === "later") {
      later++;
      console.log(`later  ${name.padEnd(40)}  ${result.why}`);
    } else {
      if (result.checks.every(({ error, limit }) => error <= limit)) passed++;
      else failed++;
      console.log(line(name, result.checks));
    }
  } catch (error) {
    failed++;
    console.log(`FAIL   ${name.padEnd(40)}  ${error instanceof Error ? error.stack : String(error)}`);
  }
  await engine.close();
}
if (later > 0) console.log(`${later} cases of backbones or methods that come later were not run`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
