import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** What a process has loaded once it has imported a module: packages' own files, and shared libraries. */
const REPORT = `
  import { createRequire } from "node:module";
  const exported = Object.keys(await import(process.argv[1]));
  const { _cache } = createRequire(import.meta.url)("node:module");
  const { sharedObjects } = process.report.getReport();
  console.log(JSON.stringify({ exported, loaded: [...Object.keys(_cache), ...sharedObjects] }));
`;

interface Loaded {
  readonly exported: readonly string[];
  readonly loaded: readonly string[];
}

async function imported(name: string): Promise<Loaded> {
  const args = ["--input-type=module", "--eval", REPORT, name];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (part: Buffer) => (text += part.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  expect(code).toBe(0);
  return JSON.parse(text) as Loaded;
}

function enginesOf({ loaded }: Loaded): readonly string[] {
  return loaded.filter((file) => file.includes("onnxruntime"));
}

describe("vl-pet/metrics", () => {
  it("has every score of the room, and loads no onnxruntime", async () => {
    const metrics = await imported("vl-pet/metrics");
    expect(enginesOf(metrics)).toEqual([]);
    expect(metrics.exported).toEqual(
      expect.arrayContaining([
        "bleu",
        "captionScores",
        "choiceAccuracy",
        "cider",
        "clipCaptionScores",
        "exactMatch",
        "gqaAccuracy",
        "labelScore",
        "meteor",
        "nlvr2Scores",
        "normalizePrediction",
        "rougeL",
        "spice",
        "tokenizeCaptions",
        "vqaAccuracy",
      ]),
    );
  });

  it("would be seen to load it: importing it directly is", async () => {
    expect(enginesOf(await imported("onnxruntime-node")).length).toBeGreaterThan(0);
  });

  it("exports every score that a file of the room has", async () => {
    const files = readdirSync(join(ROOT, "dist/metrics")).filter((file) => file.endsWith(".js"));
    const scores = /^(bleu|cider|rougeL|meteor|spice|\w+Scores?|\w+Accuracy|exactMatch)$/;
    const { exported } = await imported("vl-pet/metrics");
    const made = await Promise.all(
      files.map(async (file) => Object.keys((await import(join(ROOT, "dist/metrics", file))) as object)),
    );
    const names = new Set(made.flat().filter((name) => scores.test(name)));
    expect(names.size).toBeGreaterThan(10);
    expect([...names].filter((name) => !exported.includes(name))).toEqual([]);
  });

  it("imports only its own files and that of errors, so that it runs in a browser", () => {
    const seen = new Set<string>();
    const outside = new Set<string>();
    const follow = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const statements = readFileSync(file, "utf8").matchAll(
        /^(?:import|export)\b[^;]*?\bfrom\s*"([^"]+)"/gm,
      );
      for (const [, target = ""] of statements) {
        if (target.startsWith(".")) follow(join(dirname(file), target));
        else outside.add(target);
      }
    };
    follow(join(ROOT, "dist/metrics/index.js"));
    const rooms = new Set([...seen].map((file) => relative(join(ROOT, "dist"), dirname(file))));
    expect(seen.size).toBeGreaterThan(15);
    expect([...rooms].toSorted()).toEqual(["", "metrics"]);
    expect([...outside]).toEqual([]);
  });
});
