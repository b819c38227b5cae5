import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { configuredTasks, loadOptions, resolveConfig } from "../config/index.ts";
import { TASKS } from "../tasks/index.ts";
import { OFFICIAL_FILES } from "../tasks/prepare/official-files.ts";
import { PREPARED_FILES } from "../tasks/prepare/prepared-files.ts";
import { prepareCommand } from "./data-prepare.ts";

const FIXTURES = "../shared/fixtures";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "prepare-"));
});
afterEach(() => rm(folder, { recursive: true }));

interface Outcome {
  readonly task: string;
  readonly file: string;
  readonly state: string;
  readonly sources: readonly string[];
}

/** Runs the command and gives what it says of every file. */
async function prepare(...args: readonly string[]): Promise<readonly Outcome[]> {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    const options = ["--from", join(folder, "from"), "--output", join(folder, "datasets"), "--json", "-q"];
    await prepareCommand().parseAsync([...options, ...args], { from: "user" });
    return (JSON.parse(String(log.mock.calls[0]?.[0])) as { files: Outcome[] }).files;
  } finally {
    log.mockRestore();
  }
}

function states(outcomes: readonly Outcome[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    outcomes.map(({ file, state }) => [file.slice(join(folder, "datasets/").length), state]),
  );
}

async function official(path: string, content: unknown): Promise<void> {
  const file = join(folder, "from", path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
}

function image(split: string, release: string, id: number): object {
  const filename = `COCO_${release}_${String(id).padStart(12, "0")}.jpg`;
  return { filename, split, cocoid: id, sentences: [{ raw: `caption ${id}` }] };
}

/** Small files in the form of every official one. */
async function writeOfficial(): Promise<void> {
  const answers = Array.from({ length: 10 }, (_, i) => ({ answer: "red", answer_id: i }));
  for (const [release, ids] of [
    ["train2014", [1, 2]],
    ["val2014", [3, 4, 5]],
  ] as const) {
    const questions = ids.map((id) => ({ image_id: id, question_id: id * 10, question: "why?" }));
    await official(`vqa/v2_OpenEnded_mscoco_${release}_questions.json`, { data_subtype: release, questions });
    const annotations = ids.map((id) => ({
      question_id: id * 10,
      question_type: "why",
      answer_type: "other",
      multiple_choice_answer: "red",
      answers,
    }));
    await official(`vqa/v2_mscoco_${release}_annotations.json`, { annotations });
    const images = ids.map((id) => ({
      id,
      file_name: `COCO_${release}_${String(id).padStart(12, "0")}.jpg`,
    }));
    const captions = ids.map((id) => ({ image_id: id, caption: `caption ${id}` }));
    await official(`coco/captions_${release}.json`, { images, annotations: captions });
  }
  const images = [
    image("train", "train2014", 1),
    image("train", "train2014", 2),
    image("restval", "val2014", 3),
    image("val", "val2014", 4),
    image("test", "val2014", 5),
  ];
  await official("coco/dataset_coco.json", { images });
  await official("vqa/trainval_label2ans.json", ["", "red"]);
  await official("gqa/trainval_label2ans.json", ["yes"]);
  for (const split of ["train", "val", "testdev"]) {
    await official(`gqa/${split}_balanced_questions.json`, {
      [`7${split}`]: { question: "is it?", imageId: "9", answer: "yes" },
    });
  }
  await official("gqa/submission_all_questions.json", { 8: { question: "is it?", imageId: "9" } });
  for (const [split, prefix] of [
    ["train", "train"],
    ["dev", "dev"],
    ["test1", "test1"],
  ]) {
    await official(
      `nlvr2/${split}.json`,
      JSON.stringify({ identifier: `${prefix}-1-0-0`, sentence: "Both.", label: "True" }),
    );
  }
  await official("other/train.json", "[1, 2]");
}

describe("vlpet data prepare", () => {
  it("makes everything that the preset original-data reads", async () => {
    await writeOfficial();
    const made = await prepare();
    expect(states(made)).toEqual(Object.fromEntries(PREPARED_FILES.map(({ path }) => [path, "written"])));
    const value = { data: join(folder, "datasets") };
    const config = await resolveConfig({ presets: ["original-data"], options: [{ name: "test", value }] });
    const counts = new Map<string, number>();
    for (const [name, { features: _, ...source }] of configuredTasks(config)) {
      for (const split of ["train", "valid", "test"]) {
        if (!Object.hasOwn(source, split)) continue;
        const { examples } = await TASKS[name].load(source, split, loadOptions(config, name));
        counts.set(`${name} ${split}`, examples.length);
      }
    }
    expect(Object.fromEntries(counts)).toEqual({
      "vqa train": 3,
      "vqa valid": 1,
      "vqa test": 1,
      "gqa train": 2,
      "gqa valid": 1,
      "nlvr train": 1,
      "nlvr valid": 1,
      "nlvr test": 1,
      "caption train": 3,
      "caption valid": 1,
      "caption test": 1,
    });
    const label2ans = await readFile(join(folder, "datasets/vqa/trainval_label2ans.json"), "utf8");
    expect(JSON.parse(label2ans)).toEqual(["", "red"]);
  });

  it("says what is there already, and never replaces a file of other content unasked", async () => {
    await writeOfficial();
    await prepare("--tasks", "nlvr");
    expect(Object.values(states(await prepare("--tasks", "nlvr")))).toEqual(["same", "same", "same"]);
    const valid = join(folder, "datasets/nlvr/valid.json");
    await writeFile(valid, "[]");
    await expect(prepare("--tasks", "nlvr")).rejects.toThrow(
      /nlvr\/valid\.json: there is a file of other content/,
    );
    expect(await readFile(valid, "utf8")).toBe("[]");
    expect(Object.values(states(await prepare("--tasks", "nlvr", "--overwrite")))).toEqual([
      "same",
      "written",
      "same",
    ]);
    expect(JSON.parse(await readFile(valid, "utf8"))).toHaveLength(1);
  });

  it("divides the images itself where that is wanted, and not otherwise", async () => {
    await writeOfficial();
    await rm(join(folder, "from/coco/dataset_coco.json"));
    await expect(prepare("--tasks", "caption")).rejects.toThrow("--own-split");
    const made = await prepare("--tasks", "caption,vqa", "--own-split");
    expect(Object.values(states(made)).every((state) => state === "written")).toBe(true);
    const valid = await readFile(join(folder, "datasets/vqa/karpathy_val.json"), "utf8");
    expect((JSON.parse(valid) as { question_id: number }[]).map((record) => record.question_id)).toEqual([
      30, 50,
    ]);
  });

  it("makes what can be made and says what the rest lacks", async () => {
    await writeOfficial();
    await rm(join(folder, "from/gqa/val_balanced_questions.json"));
    const made = await prepare("--tasks", "gqa");
    expect(states(made)).toMatchObject({ "GQA/train.json": "written", "GQA/valid.json": "missing" });
    expect(made.find(({ state }) => state === "missing")?.sources).toEqual(["val_balanced_questions.json"]);
    expect(existsSync(join(folder, "datasets/GQA/valid.json"))).toBe(false);
  });

  it("refuses to choose between two files of one name, and folders that have nothing", async () => {
    await mkdir(join(folder, "from"));
    await expect(prepare()).rejects.toThrow("none of the official files");
    await official("a/dataset_coco.json", { images: [] });
    await official("b/dataset_coco.json", { images: [] });
    await expect(prepare()).rejects.toThrow("dataset_coco.json is there more than once");
    await expect(prepare("--from", join(folder, "nowhere"))).rejects.toThrow(
      /nowhere: the folder of official files/,
    );
    await expect(prepare("--tasks", "tvqa")).rejects.toThrow('the files of "tvqa" are not made here');
  });

  it.skipIf(!existsSync(FIXTURES))(
    "makes LXMERT's list of real questions (needs the shared fixtures)",
    async () => {
      await official("gqa/placeholder.json", "{}");
      const real = `${FIXTURES}/gqa/testdev_balanced_questions_subset.json`;
      await copyFile(real, join(folder, "from/gqa/testdev_balanced_questions.json"));
      await copyFile(`${FIXTURES}/nlvr2/dev_subset.json`, join(folder, "from/dev.json"));
      expect(states(await prepare())).toMatchObject({
        "GQA/testdev.json": "written",
        "nlvr/valid.json": "written",
      });
      const made = JSON.parse(await readFile(join(folder, "datasets/GQA/testdev.json"), "utf8")) as unknown;
      expect(made).toEqual(JSON.parse(await readFile(`${FIXTURES}/gqa/testdev_subset_lxmert.json`, "utf8")));
      const statements = JSON.parse(
        await readFile(join(folder, "datasets/nlvr/valid.json"), "utf8"),
      ) as unknown;
      expect(statements).toHaveLength(758);
    },
  );

  it("names every official file and every file it makes in docs/preparing-data.md", async () => {
    const page = await readFile(join(import.meta.dirname, "../../docs/preparing-data.md"), "utf8");
    for (const { names } of Object.values(OFFICIAL_FILES))
      for (const name of names) expect(page).toContain(`\`${name}\``);
    for (const { path } of PREPARED_FILES) expect(page).toContain(basename(path));
  });

  it("names every official file in its help", () => {
    let help = "";
    prepareCommand()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp();
    for (const { names } of Object.values(OFFICIAL_FILES)) expect(help).toContain(names[0]);
  });
});
