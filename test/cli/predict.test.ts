import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFeatures } from "../../src/data/index.ts";
import { toyConfig, writeToyData } from "./toy-run.ts";
import { vlpet, type Finished } from "./vlpet.ts";

const PICTURES = 6;
const FEATURES = 78;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-predict-"));
  await writeToyData(folder, PICTURES);
  const clip = Float32Array.from({ length: 5 * FEATURES }, (_, i) => Math.sin(i));
  await writeFeatures(at("clip_1.h5"), "clip_1", { rows: 5, width: FEATURES, values: clip });
  await writeRows();
  const { tasks, ...config } = toyConfig() as { tasks: Record<string, object> };
  const custom = { features: "photos", train: { rows: "rows.csv" }, test: { rows: "rows.csv" } };
  const how2qa = { features: "clip_1.h5", train: { annotations: "how2qa.jsonl" } };
  const nlvr = { features: "photos", train: { list: "nlvr.json" } };
  const training = { epochs: 1, batchSize: 2, learningRate: 0.01, seed: 7, validate: "never" };
  const backbone = {
    width: 16,
    heads: 2,
    encoderLayers: 1,
    decoderLayers: 1,
    ffnWidth: 32,
    maxPositions: 700,
  };
  const visual = { regions: 9, frames: 9 };
  await writeFile(
    at("run.json"),
    JSON.stringify({ ...config, backbone, visual, training, tasks: { ...tasks, custom, how2qa, nlvr } }),
  );
  const { code, stderr } = await vlpet(["train", "--config", "run.json", "--output", "run", "-q"], folder);
  expect(code, stderr).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

function at(name: string): string {
  return join(folder, name);
}

async function writeRows(): Promise<void> {
  const rows = Array.from({ length: PICTURES }, (_, i) => `p${i}.png,which color?,red`);
  await writeFile(at("rows.csv"), `image,question,answer\n${rows.join("\n")}\n`);
  const question = {
    vid_name: "clip_1",
    ts: "1-2",
    qid: 1,
    q: "what?",
    a0: "Milk",
    a1: "Oil",
    a2: "Tea",
    a3: "Sand",
    answer_idx: 2,
  };
  await writeFile(at("how2qa.jsonl"), `${JSON.stringify(question)}\n`);
  const statement = { identifier: "dev-1-0-0", img0: "p0", img1: "p1", sent: "both red", label: 1 };
  await writeFile(at("nlvr.json"), JSON.stringify([statement]));
}

function predict(...args: readonly string[]): Promise<Finished> {
  return vlpet(["predict", "--run", "run", ...args], folder);
}

const CLIP = ["--task", "how2qa", "--clip", "clip_1.h5", "--time", "1-2", "--question", "what?"] as const;
const CHOICES = ["Milk", "Oil", "Tea", "Sand"].flatMap((text) => ["--choice", text]);

describe("vlpet predict, one question", () => {
  it("looks at two pictures and chooses a word", async () => {
    const pair = ["--task", "nlvr", "--image", "photos/p0.png", "--image", "photos/p1.png"];
    const { code, stdout, stderr } = await predict(...pair, "--question", "both red", "--json");
    expect(code, stderr).toBe(0);
    const { text, ...rest } = JSON.parse(stdout) as { text: string };
    expect(["true", "false"]).toContain(text);
    expect(rest).toEqual({
      task: "nlvr",
      files: ["photos/p0.png", "photos/p1.png"],
      question: "both red",
    });
  });

  it("asks about a clip, its subtitles in a file or as text", async () => {
    await writeFile(at("talk.srt"), "1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>some</i>\r\ntea\r\n");
    const inFile = await predict(...CLIP, ...CHOICES, "--subtitles", "talk.srt");
    const asText = await predict(...CLIP, ...CHOICES, "--subtitles", "some tea");
    expect(inFile.code, inFile.stderr).toBe(0);
    expect(inFile.stdout).toBe(asText.stdout);
  });

  it("fills the template of own data", async () => {
    const question = ["--image", "photos/p2.png", "--task", "custom"];
    const asked = await predict(...question, "--question", "which color?");
    const named = await predict(...question, "--part", "question=which color?");
    expect(asked.code, asked.stderr).toBe(0);
    expect(named.stdout).toBe(asked.stdout);
  });

  it("says what the task needs before it opens the model", async () => {
    const { code, stdout, stderr } = await predict("--image", "photos/p0.png", "--task", "how2qa");
    expect(stderr).toContain("the task how2qa looks at");
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});

describe("vlpet predict, a table", () => {
  const TABLE = ["--input", "rows.csv", "--output"] as const;

  it("answers every row as the run did, and the result can be scored", async () => {
    const { code, stdout, stderr } = await predict("--task", "custom", ...TABLE, "answers/own.jsonl");
    expect(code, stderr).toBe(0);
    expect(stdout).toBe("");
    expect(stderr).toContain(`custom rows [`);
    expect(stderr).toContain(`${PICTURES} answers written to answers/own.jsonl`);
    const written = await readFile(at("answers/own.jsonl"), "utf8");
    expect(written).toBe(await readFile(at("run/results/custom-test.jsonl"), "utf8"));
    const files = ["--predictions", "answers/own.jsonl", "--references", "rows.csv"];
    const scored = await vlpet(["score", "--task", "custom", "--config", "run.json", ...files], folder);
    expect(scored.stdout).toContain(`${PICTURES} of ${PICTURES} examples have a prediction`);
  });

  it("goes on after the last complete line", async () => {
    const whole = await readFile(at("answers/own.jsonl"), "utf8");
    await writeFile(at("part.jsonl"), whole);
    await truncate(at("part.jsonl"), whole.length - 3);
    const { code, stderr } = await predict("--task", "custom", ...TABLE, "part.jsonl", "-q");
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("1 answers written to part.jsonl, 5 were there before");
    expect(await readFile(at("part.jsonl"), "utf8")).toBe(whole);
    const again = await predict("--task", "custom", ...TABLE, "part.jsonl");
    expect(again.stderr).toContain("0 answers written");
  });

  it("leaves a file of other answers alone", async () => {
    const other = '{"id":"elsewhere","prediction":"red"}\n';
    await writeFile(at("other.jsonl"), other);
    const { code, stderr } = await predict("--task", "custom", ...TABLE, "other.jsonl");
    expect(stderr).toContain("other.jsonl:1: the output file holds the answers to other rows");
    expect(code).toBe(1);
    expect(await readFile(at("other.jsonl"), "utf8")).toBe(other);
  });

  it("asks other tasks by columns, in features of another place", async () => {
    const row = {
      clip: "clip_1.h5",
      question: "what?",
      time: [1, 2],
      choices: ["Milk", "Oil", "Tea", "Sand"],
    };
    await writeFile(at("clips.jsonl"), `${JSON.stringify({ id: "c", ...row })}\n`);
    const args = ["--task", "how2qa", "--input", "clips.jsonl", "--features", "clip_1.h5"];
    const { code, stderr } = await predict(...args, "--output", "clips-out.jsonl", "-q");
    expect(code, stderr).toBe(0);
    const { id, prediction } = JSON.parse(await readFile(at("clips-out.jsonl"), "utf8")) as Record<
      string,
      string
    >;
    expect(id).toBe("c");
    expect(prediction).toBe((await predict(...CLIP, ...CHOICES)).stdout.trimEnd());
  });

  it("wants every picture to be there, before it answers any", async () => {
    await writeFile(at("bad.csv"), "image\np0.png\nnowhere.png\n");
    const { code, stderr } = await predict(
      "--task",
      "caption",
      "--input",
      "bad.csv",
      "--output",
      "bad.jsonl",
    );
    expect(stderr).toContain("no nowhere");
    expect(code).toBe(1);
    expect(existsSync(at("bad.jsonl"))).toBe(false);
  });
});
