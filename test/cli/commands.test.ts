import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toyConfig, writeToyData } from "./toy-run.ts";
import { contents, logLines, vlpet, type Finished } from "./vlpet.ts";

const PICTURES = 4;

interface Evaluated {
  readonly split: string;
  readonly tasks: Readonly<
    Record<string, { readonly headline: { name: string; value: number }; count: number }>
  >;
}

let folder = "";
let trained: Finished = { code: null, stdout: "", stderr: "" };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-commands-"));
  await writeToyData(folder, PICTURES);
  await writeFile(join(folder, "run.json"), JSON.stringify(toyConfig()));
  const settings = [
    "pet.name=full",
    "training.epochs=40",
    "training.validate=end",
    "training.learningRate=0.005",
  ];
  const set = settings.flatMap((setting) => ["--set", setting]);
  trained = await vlpet(["train", "--config", "run.json", ...set, "--output", "run"], folder);
});
afterAll(() => rm(folder, { recursive: true }));

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function json(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), "utf8"));
}

describe("vlpet train", () => {
  it("ends well, with the scores on stdout and progress on stderr", () => {
    expect(trained.stderr).toContain("training [");
    expect(trained.stderr).toContain("examples/s");
    expect(trained.code).toBe(0);
    const [header, ...rows] = trained.stdout.trimEnd().split("\n");
    expect(header).toMatch(/^task +split +examples +score +percent$/);
    expect(rows.map((row) => row.split(/ +/).slice(0, 3).join(" "))).toContain("caption test 4");
    expect(rows.join("\n")).toMatch(/vqa +valid +4 +accuracy \*/);
  });

  it("leaves everything in the run's folder", () => {
    const files = Object.keys(contents(join(folder, "run")));
    const results = ["caption-test", "caption-valid", "scores", "vqa-test", "vqa-valid"];
    expect(files).toEqual(
      expect.arrayContaining([
        "config.json",
        "metrics.jsonl",
        "adapter/adapter_config.json",
        "adapter/adapter_model.safetensors",
        ...results.map((name) => `results/${name}.json`),
      ]),
    );
    expect(json("run/config.json")).toMatchObject({
      pet: { name: "full" },
      training: { epochs: 40, clip: 5 },
    });
    expect(json("run/results/caption-test.json")).toHaveLength(PICTURES);
    expect(json("run/results/scores.json")).toMatchObject({
      test: { vqa: { headline: { name: "accuracy" } } },
    });
  });

  it("logs the loss, which falls", () => {
    const records = logLines(join(folder, "run")).map(
      (line) => JSON.parse(line) as { kind: string; loss: number },
    );
    const losses = records.filter(({ kind }) => kind === "update").map(({ loss }) => loss);
    expect(losses.length).toBeGreaterThan(100);
    expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)) / 4);
    expect(records.filter(({ kind }) => kind === "evaluation")).toHaveLength(2);
  });

  it("refuses a folder that is not empty", async () => {
    const before = contents(join(folder, "run"));
    const { code, stderr } = await vlpet(["train", "--config", "run.json", "--output", "run"], folder);
    expect(stderr).toContain("the folder for the run is not empty");
    expect(stderr).toContain("--resume");
    expect(code).toBe(1);
    expect(contents(join(folder, "run"))).toEqual(before);
  });

  it("takes a folder of photos and their captions without any configuration", async () => {
    const settings = ["width=16", "heads=2", "encoderLayers=1", "decoderLayers=1", "ffnWidth=32"];
    const set = [...settings.map((size) => `backbone.${size}`), "tokenizer=tokenizer", "training.epochs=1"];
    const { code, stderr } = await vlpet(
      [
        "train",
        "--images",
        "photos",
        "--captions",
        "captions.json",
        "-q",
        ...set.flatMap((one) => ["-s", one]),
      ],
      folder,
    );
    expect(stderr).toContain(join(folder, "runs/vlpet/adapter"));
    expect(code).toBe(0);
    expect(existsSync(join(folder, "runs/vlpet/adapter/adapter_model.safetensors"))).toBe(true);
  });
});

describe("vlpet evaluate", () => {
  it("gives the scores that the run gave", async () => {
    const { code, stdout } = await vlpet(["evaluate", "--run", "run", "--json"], folder);
    expect(code).toBe(0);
    const { test } = json("run/results/scores.json") as Record<string, unknown>;
    expect(JSON.parse(stdout)).toEqual({ split: "test", tasks: test });
  });

  it("evaluates a part, and writes results only where it is told to", async () => {
    const before = contents(join(folder, "run"));
    const args = ["evaluate", "--run", "run", "--split", "valid", "--tasks", "caption", "--limit", "3"];
    const { code, stdout } = await vlpet([...args, "--output", "part", "--json", "-q"], folder);
    expect(code).toBe(0);
    const evaluated = JSON.parse(stdout) as Evaluated;
    expect(evaluated.split).toBe("valid");
    expect(Object.entries(evaluated.tasks).map(([task, { count }]) => [task, count])).toEqual([
      ["caption", 3],
    ]);
    expect(Object.keys(contents(join(folder, "part")))).toEqual(["caption-valid.json", "scores.json"]);
    expect(contents(join(folder, "run"))).toEqual(before);
  });

  it("takes the weights of a checkpoint with a configuration", async () => {
    const checkpoint =
      Object.keys(contents(join(folder, "run/checkpoints")))
        .at(-1)
        ?.split("/")[0] ?? "";
    const args = ["--adapter", `run/checkpoints/${checkpoint}`, "--config", "run.json", "--json", "-q"];
    const { code, stdout } = await vlpet(["evaluate", ...args], folder);
    expect(code).toBe(0);
    const { test } = json("run/results/scores.json") as Record<string, unknown>;
    expect(JSON.parse(stdout)).toEqual({ split: "test", tasks: test });
  });

  it("names the nearest task", async () => {
    const { code, stderr } = await vlpet(["evaluate", "--run", "run", "--tasks", "vqa,captoin"], folder);
    expect(stderr).toContain('did you mean "caption"?');
    expect(code).toBe(1);
  });
});

describe("vlpet predict", () => {
  it("captions a photo as the evaluation did", async () => {
    const { code, stdout } = await vlpet(["predict", "--run", "run", "--image", "photos/p2.png"], folder);
    expect(code).toBe(0);
    const results = json("run/results/caption-test.json") as readonly { image_id: number; caption: string }[];
    expect(stdout.trimEnd()).toBe(results.find(({ image_id: id }) => id === 2)?.caption);
  });

  it("answers a question, as JSON", async () => {
    const args = [
      "predict",
      "--run",
      "run",
      "--image",
      "photos/p1.png",
      "--question",
      "which color?",
      "--json",
    ];
    const { code, stdout } = await vlpet(args, folder);
    expect(code).toBe(0);
    const results = json("run/results/vqa-test.json") as readonly { question_id: number; answer: string }[];
    const answer = results.find(({ question_id: id }) => id === 10)?.answer;
    expect(JSON.parse(stdout)).toEqual({
      task: "vqa",
      files: ["photos/p1.png"],
      question: "which color?",
      text: answer,
    });
  });

  it("wants exactly one image", async () => {
    const { code, stderr } = await vlpet(["predict", "--run", "run"], folder);
    expect(stderr).toContain("give either --image or --features");
    expect(code).toBe(2);
  });
});

describe("vlpet score", () => {
  it("scores result files as the run did", async () => {
    const scores = json("run/results/scores.json") as { test: Record<string, object> };
    const captions = ["--task", "caption", "--predictions", "run/results/caption-test.json"];
    const caption = await vlpet(["score", ...captions, "--references", "captions.json", "--json"], folder);
    expect(JSON.parse(caption.stdout)).toEqual({
      task: "caption",
      ...scores.test["caption"],
      examples: PICTURES,
    });
    const answers = ["--task", "vqa", "--predictions", "run/results/vqa-test.json"];
    const vqa = await vlpet(
      ["score", ...answers, "--references", "answers.json", "questions.json", "--json"],
      folder,
    );
    expect(JSON.parse(vqa.stdout)).toEqual({ task: "vqa", ...scores.test["vqa"], examples: PICTURES });
  });

  it("prints a table and the score of every item", async () => {
    const perfect = [0, 1].map((id) => ({ question_id: id * 10, answer: ["red", "blue"][id] }));
    await writeFile(join(folder, "two.json"), JSON.stringify(perfect));
    const files = ["--predictions", "two.json", "--references", "questions.json", "answers.json"];
    const { code, stdout } = await vlpet(["score", "--task", "vqa", ...files, "--per-item"], folder);
    expect(code).toBe(0);
    expect(stdout).toContain("accuracy *         50.00");
    expect(stdout).toContain("2 of 4 examples have a prediction");
    expect(stdout.trimEnd().split("\n").slice(-2)).toEqual(["0\t100.00", "10\t0.00"]);
  });
});

describe("vlpet inspect", () => {
  it("gives the trained share of the paper", async () => {
    const { code, stdout } = await vlpet(["inspect", "--preset", "vl-pet-large", "--json"], folder);
    expect(code).toBe(0);
    const summary = JSON.parse(stdout) as { percent: number; sites: readonly { site: string }[] };
    expect(summary.percent).toBeCloseTo(4.16, 2); // the paper's table of image-text tasks
    expect(summary.sites.map(({ site }) => site)).toContain("decoder.cross-attention.value");
  });

  it("prints groups, sites and a program", async () => {
    const args = ["inspect", "--config", "run.json", "--graph", "encode"];
    const { code, stdout } = await vlpet(args, folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^visual embedding +\d+ +\d+ +100\.00$/m);
    expect(stdout).toContain("encoder.layers.*.fc2.pet.adapter.down.weight [4, 16] × 1");
    expect(stdout).toMatch(/^return states = %\d+$/m);
  });
});

describe("vlpet", () => {
  it.each([
    [["trian"], "(Did you mean train?)"],
    [["train", "--prset", "scenes"], "(Did you mean --preset?)"],
    [["evaluate"], "give either --run or --adapter"],
    [["evaluate", "--run", "run", "--limit", "0"], "Give a whole number from 1."],
    [["train", "--images", "photos"], "--images and --captions belong together"],
  ])("%j is wrong usage", async (args, words) => {
    const { code, stdout, stderr } = await vlpet(args, folder);
    expect(stderr).toContain(words);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it("shows its help and version on stdout", async () => {
    const help = await vlpet(["--help"], folder);
    expect(help.code).toBe(0);
    for (const name of ["train", "evaluate", "predict", "score", "inspect"])
      expect(help.stdout).toContain(`  ${name} `);
    const train = await vlpet(["train", "--help"], folder);
    expect(train.stdout).toContain("--resume");
    expect(train.stdout).toContain("learningRate=0.001");
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
      version: string;
    };
    expect((await vlpet(["--version"], folder)).stdout.trim()).toBe(version);
  });
});
