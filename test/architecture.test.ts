import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";

const SOURCE = join(import.meta.dirname, "..", "src");

const MODEL_ROOMS = ["graph", "ops", "nn"];
const CORE = [...MODEL_ROOMS, "autodiff", "onnx", "runtime", "optim", "backbones", "vision", "pet"];
const EXAMPLES = ["text", "data", "metrics", "tasks", "files"];
const FACES = ["config", "train", "runtime", "track", ...EXAMPLES];

/** The rooms and what each may import; every file may also import `src/error.ts` and `src/random.ts`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  graph: [],
  ops: ["graph"],
  autodiff: ["graph", "ops"],
  onnx: ["graph"],
  runtime: ["graph", "onnx"],
  nn: ["graph", "ops"],
  optim: MODEL_ROOMS,
  backbones: MODEL_ROOMS,
  vision: MODEL_ROOMS,
  pet: MODEL_ROOMS, // never backbones, nor they pet: the two meet in train/model.ts only
  text: [],
  data: [],
  metrics: [],
  tasks: ["text", "data", "metrics"],
  files: ["nn"],
  train: [...CORE, ...EXAMPLES],
  distributed: [],
  track: [],
  config: ["backbones", "pet", "tasks", "optim", "train", "text", "data"],
  cli: FACES,
  web: FACES,
  serve: FACES,
};

const SHARED: ReadonlySet<string> = new Set(["error.ts", "random.ts"]);

interface Import {
  readonly file: string;
  readonly target: string;
}

/** Shipped files (tests may reach into any room) and what they import, as paths below `src`. */
function imports(): readonly Import[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .flatMap((file) => {
      const text = readFileSync(join(SOURCE, file), "utf8");
      const found = text.matchAll(/^(?!\s*(?:\/\/|\*)).*?\b(?:from|import)\b\s*\(?\s*"([^"]+)"/gm);
      return [...found].map(([, target = ""]) => ({
        file: file.replaceAll(sep, "/"),
        target: target.startsWith(".")
          ? relative(SOURCE, join(SOURCE, dirname(file), target)).replaceAll(sep, "/")
          : target,
      }));
    });
}

/** The first folder of a path, or null for a file that lies in `src` itself. */
function room(path: string): string | null {
  return path.includes("/") ? (path.split("/")[0] ?? null) : null;
}

/** What is wrong with an import, as a sentence. */
function objection({ file, target }: Import): string | null {
  const [from, to] = [room(file), room(target)];
  if (from === null || SHARED.has(target)) return null;
  const allowed = MAY_IMPORT[from];
  if (allowed === undefined) return null; // the test of the table names unknown rooms
  if (target.startsWith("onnxruntime-")) {
    return from === "runtime" ? null : `src/${file} imports ${target}: only runtime knows onnxruntime.`;
  }
  const isPackage = !target.endsWith(".ts");
  if (isPackage || to === from || (to !== null && allowed.includes(to))) return null;
  const list = allowed.length === 0 ? "no other room" : allowed.join(", ");
  return `src/${file} imports src/${target}: ${from} may import ${list}.`;
}

describe("the rooms", () => {
  const all = imports();

  it("are those of the table", () => {
    const rooms = readdirSync(SOURCE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const unknown = rooms.map(({ name }) => name).filter((name) => !(name in MAY_IMPORT));
    expect(unknown, "rooms that the table in test/architecture.test.ts does not have").toEqual([]);
  });

  it("import only what the table allows", () => {
    expect(all.length).toBeGreaterThan(100);
    expect(all.map(objection).filter((sentence) => sentence !== null)).toEqual([]);
  });

  it.each([
    ["backbones/bart.ts", "pet/index.ts", "backbones may import graph, ops, nn"],
    ["pet/lora.ts", "backbones/index.ts", "pet may import graph, ops, nn"],
    ["graph/graph.ts", "ops/index.ts", "graph may import no other room"],
    ["ops/add.ts", "index.ts", "ops may import graph"],
    ["train/loop.ts", "onnxruntime-node", "only runtime knows onnxruntime"],
  ])("object to %s importing %s", (file, target, words) => {
    expect(objection({ file, target })).toContain(words);
    expect(objection({ file, target: `${room(file)}/other.ts` })).toBeNull();
    expect(objection({ file, target: "error.ts" })).toBeNull();
    expect(objection({ file, target: "node:fs" })).toBeNull();
  });
});
