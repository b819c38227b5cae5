import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vlpet } from "./vlpet.ts";

const FIXTURES = resolve("../shared/fixtures");

interface Scored {
  readonly task: string;
  readonly headline: { readonly name: string; readonly value: number };
  readonly all: Readonly<Record<string, number | null>>;
  readonly count: number;
  readonly examples: number;
  readonly perItem?: Readonly<Record<string, number>>;
  readonly perItemOf?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-score-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** `vlpet score --json` of files that can be scored. */
async function scored(
  task: string,
  predictions: string,
  references: readonly string[],
  ...more: readonly string[]
): Promise<Scored> {
  const files = ["--predictions", predictions, "--references", ...references];
  const { code, stdout, stderr } = await vlpet(
    ["score", "--task", task, ...files, "--json", ...more],
    folder,
  );
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Scored;
}

function fixture(name: string): string {
  return join(FIXTURES, name);
}

function expected(room: string): unknown {
  return JSON.parse(readFileSync(fixture(`${room}/expected.json`), "utf8"));
}

function expectNear(scores: Scored["all"], wanted: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(wanted)) expect(scores[name], name).toBeCloseTo(value, 6);
}

describe.skipIf(!existsSync(FIXTURES))("vlpet score on real files (needs the shared fixtures)", () => {
  it("vqa: both evaluators and every question", async () => {
    interface Evaluator {
      readonly accuracy: {
        readonly overall: number;
        readonly perAnswerType: Readonly<Record<string, number>>;
      };
      readonly evalQA: Readonly<Record<string, number>>;
    }
    const { human } = expected("vqa") as {
      human: Readonly<Record<"vlpet" | "official", Evaluator>>;
    };
    const references = ["v2_mscoco_train2014_annotations", "v2_OpenEnded_mscoco_train2014_questions"];
    const { headline, all, count, examples, perItem } = await scored(
      "vqa",
      fixture("vqa/results_human.json"),
      references.map((name) => fixture(`vqa/${name}_subset.json`)),
      "--per-item",
    );
    expect([count, examples]).toEqual([693, 693]);
    expect(headline).toEqual({ name: "accuracy", value: human.vlpet.accuracy.overall });
    expect(all["official_accuracy"]).toBe(human.official.accuracy.overall);
    for (const [type, value] of Object.entries(human.vlpet.accuracy.perAnswerType))
      expect(all[`accuracy: ${type}`]).toBe(value);
    expect(perItem).toEqual(human.vlpet.evalQA);
  });

  it.each(["gqa/testdev_subset_lxmert.json", "gqa/testdev_balanced_questions_subset.json"])(
    "gqa: %s",
    async (references) => {
      interface Expected {
        readonly questions: number;
        readonly correct: number;
        readonly gqa_eval: Readonly<Record<"accuracy" | "binary" | "open" | "distribution", number>> &
          Readonly<Record<`accuracyPer${string}`, Readonly<Record<string, readonly [number, number]>>>>;
      }
      const { questions, correct, gqa_eval: official } = expected("gqa") as Expected;
      const predictions = fixture("gqa/predictions_llava-v1.5-13b.json");
      const { all, count, perItem } = await scored("gqa", predictions, [fixture(references)], "--per-item");
      expect(count).toBe(questions);
      expect(Object.values(perItem ?? {}).filter((value) => value === 100)).toHaveLength(correct);
      const { accuracy, binary, open, distribution } = official;
      const types = Object.entries({
        ...official["accuracyPerStructuralType"],
        ...official["accuracyPerSemanticType"],
      }).map(([type, [value]]) => [`accuracy: ${type}`, value] as const);
      const breakdown = { binary, open, distribution, ...Object.fromEntries(types) };
      expectNear(all, references.includes("lxmert") ? { accuracy } : { accuracy, ...breakdown });
    },
  );

  it.each(["predictions_first_validator.csv", "predictions_all_true.csv"])("nlvr: %s", async (name) => {
    type Expected = Readonly<Record<string, { readonly accuracy: number; readonly consistency: number }>>;
    const { accuracy = 0, consistency = 0 } = (expected("nlvr2") as Expected)[name] ?? {};
    const { all, count } = await scored("nlvr", fixture(`nlvr2/${name}`), [fixture("nlvr2/dev_subset.json")]);
    expect(count).toBe(758);
    expectNear(all, { accuracy: 100 * accuracy, consistency: 100 * consistency });
  });

  it("caption: the corpus and every image", async () => {
    interface Expected {
      readonly fakecap_subset: {
        readonly corpus: Readonly<Record<string, number>>;
        readonly per_image: readonly { readonly image_id: number; readonly CIDEr: number }[];
      };
    }
    const { corpus, per_image: images } = (expected("caption") as Expected).fakecap_subset;
    const { all, count, perItem } = await scored(
      "caption",
      fixture("caption/captions_val2014_fakecap_results_subset.json"),
      [fixture("caption/captions_val2014_subset.json")],
      "--per-item",
    );
    expect(count).toBe(126);
    expectNear(all, Object.fromEntries(Object.entries(corpus).map(([name, value]) => [name, 100 * value])));
    expectNear(
      perItem ?? {},
      Object.fromEntries(images.map(({ image_id: id, CIDEr: value }) => [String(id), 100 * value])),
    );
  });
});

async function writeJson(name: string, content: unknown): Promise<string> {
  await writeFile(join(folder, name), JSON.stringify(content));
  return name;
}

function describedClip(id: number, desc: string, descriptionId: number): object {
  return { vid_name: `clip ${id}`, clip_id: id, ts: [0, 1], descs: [{ desc, desc_id: descriptionId }] };
}

describe("vlpet score on training splits", () => {
  it("scores a picture once, against all its captions", async () => {
    const images = ["train", "restval", "val"].map((split, i) => ({
      filename: `p${i}.jpg`,
      split,
      cocoid: i,
      sentences: [{ raw: `${i} dogs` }, { raw: `a photo of ${i} dogs` }],
    }));
    const references = await writeJson("dataset_coco.json", { images });
    const captions = [0, 1].map((id) => ({ image_id: id, caption: `a photo of ${id} dogs` }));
    const results = await writeJson("captions.json", captions);
    const scores = await scored("caption", results, [references], "--split", "train");
    expect(scores).toMatchObject({ count: 2, examples: 2 });
    expect(scores.all["Bleu_4"]).toBeCloseTo(100, 4);
  });

  it("tells clips by their own ids, not by those of their descriptions", async () => {
    const lines = [
      describedClip(1, "Ann opens a red box", 2),
      describedClip(2, "Bob shuts the door behind him", 1),
    ];
    await writeFile(join(folder, "tvc.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const scores = await scored("tvc", "tvc.jsonl", ["tvc.jsonl"], "--split", "train");
    expect(scores.all["Bleu_4"]).toBeCloseTo(100, 4);
  });
});

/** Stands in for the Java runtime: gives the first caption 1, all others 0, whatever they say. */
const FAKE_JAVA = `#!/usr/bin/env node
const args = process.argv.slice(2);
if (args.includes("-stdio")) {
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const [command, ...parts] = line.split(" ||| ");
    if (command === "SCORE") console.log(parts.length);
    else console.log([...parts.map((_, i) => (i === 0 ? 1 : 0)), 1 / parts.length].join("\\n"));
  });
} else {
  const fs = require("node:fs");
  const items = JSON.parse(fs.readFileSync(args[3], "utf8"));
  const entries = items.map(({ image_id }) => ({ image_id, scores: { All: { f: image_id === 0 ? 1 : 0 } } }));
  fs.writeFileSync(args[args.indexOf("-out") + 1], JSON.stringify(entries));
}
`;

/** The stand-in first on the search path. */
function withJava() {
  return { PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` };
}

describe.skipIf(process.platform === "win32")(
  "vlpet score with Java programs (a script stands in for Java)",
  () => {
    const files = ["--predictions", "results.json", "--references", "captions.json"];
    const jars = ["--meteor-jar", "meteor.jar", "--spice-jar", "spice.jar"];

    beforeAll(async () => {
      const images = [1, 2].map((id) => ({ id, file_name: `p${id}.jpg` }));
      const annotations = images.map(({ id }) => ({ image_id: id, caption: `a photo of ${id} dogs` }));
      await writeFile(join(folder, "captions.json"), JSON.stringify({ images, annotations }));
      const results = images.map(({ id }) => ({ image_id: id, caption: `a photo of ${id} dogs` }));
      await writeFile(join(folder, "results.json"), JSON.stringify(results));
      for (const jar of ["meteor.jar", "spice.jar"]) await writeFile(join(folder, jar), "");
      await writeFile(join(folder, "java"), FAKE_JAVA);
      await chmod(join(folder, "java"), 0o755);
    });

    it("adds METEOR and SPICE to the scores of captions", async () => {
      const args = ["score", "--task", "caption", ...files, ...jars, "--per-item"];
      const table = await vlpet(args, folder, withJava());
      expect(table.code, table.stderr).toBe(0);
      expect(table.stdout).toMatch(/^METEOR +50\.00$/m);
      expect(table.stdout).toMatch(/^SPICE +50\.00$/m);
      expect(table.stdout.trimEnd().split("\n").slice(-3)).toEqual([
        "example\tCIDEr\tMETEOR\tSPICE",
        expect.stringMatching(/^1\t[\d.]+\t100\.00\t100\.00$/),
        expect.stringMatching(/^2\t[\d.]+\t0\.00\t0\.00$/),
      ]);
      const json = await scored(
        "caption",
        "results.json",
        ["captions.json"],
        ...jars,
        "--java",
        "./java",
        "--per-item",
      );
      expect(json.all).toMatchObject({ METEOR: 50, SPICE: 50 });
      expect(json.perItemOf).toEqual({ METEOR: { 1: 100, 2: 0 }, SPICE: { 1: 100, 2: 0 } });
      expect(Object.keys(json.perItem ?? {})).toEqual(["1", "2"]);
    });

    it.each([
      [["--meteor-jar", "absent.jar"], "caption", ["absent.jar: the metric's Java program is missing"]],
      [
        ["--meteor-jar", "meteor.jar", "--java", "./absent"],
        "caption",
        ["absent: Java could not be started"],
      ],
      [["--spice-jar", "spice.jar"], "vqa", ["--spice-jar spice.jar: the task vqa has no captions to score"]],
    ] as const)("says why %j does not work", async (options, task, words) => {
      await writeFile(
        join(folder, "list.json"),
        '[{"question_id": 1, "img_id": 1, "sent": "x", "label": {"y": 1}}]',
      );
      await writeFile(join(folder, "answers.json"), '[{"question_id": 1, "answer": "y"}]');
      const own = task === "vqa" ? ["--predictions", "answers.json", "--references", "list.json"] : files;
      const { code, stdout, stderr } = await vlpet(["score", "--task", task, ...own, ...options], folder);
      for (const word of words) expect(stderr).toContain(word);
      expect(stdout).toBe("");
      expect(code).toBe(1);
    });
  },
);
