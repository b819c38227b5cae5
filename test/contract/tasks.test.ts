import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VlPetError } from "../../src/error.ts";
import { RandomStream } from "../../src/random.ts";
import { PROMPTS } from "../../src/text/index.ts";
import {
  type LoadOptions,
  type Task,
  type TaskSource,
  type TaskSplit,
  TASKS,
} from "../../src/tasks/index.ts";
import { TINY_SOURCES, type TinySource } from "./tiny-sources.ts";

const ALL: readonly Task[] = Object.values(TASKS);
const SPLIT = "valid";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tasks-"));
});
afterEach(() => rm(folder, { recursive: true }));

function at(name: string): string {
  return join(folder, name);
}

/** The made-up split of a task, its files written; those in `damaged` with other contents. */
async function tinySource(
  { name }: Task,
  damaged: Readonly<Record<string, string>> = {},
): Promise<{ readonly tiny: TinySource; readonly source: TaskSource }> {
  const tiny = TINY_SOURCES[name];
  if (tiny === undefined)
    throw new Error(`Add an entry for the task ${name} to test/contract/tiny-sources.ts.`);
  for (const [file, contents] of Object.entries({ ...tiny.files, ...damaged }))
    await writeFile(at(file), contents);
  return { tiny, source: { ...tiny.settings, [SPLIT]: tiny.entry(at) } };
}

async function loaded(task: Task, options: LoadOptions = {}): Promise<TaskSplit> {
  const { source } = await tinySource(task);
  return task.load(source, SPLIT, options);
}

function perfectPredictions({ examples }: TaskSplit): ReadonlyMap<string, string> {
  return new Map(examples.map(({ id, references }) => [id, references[0] ?? ""]));
}

function answersOf({ examples }: TaskSplit) {
  return examples.map(({ id, references }) => [id, references]);
}

/** The error of a promise that must fail. */
async function failure(promise: Promise<unknown>): Promise<VlPetError> {
  const error: unknown = await promise.then(
    () => "nothing failed",
    (cause: unknown) => cause,
  );
  if (error instanceof VlPetError) return error;
  throw new Error(`expected a VlPetError, got ${String(error)}`, { cause: error });
}

describe("TASKS", () => {
  it("has the tasks under their own names, with the original's prompts", () => {
    const prompts: Readonly<Record<string, string>> = PROMPTS;
    for (const [name, task] of Object.entries<Task>(TASKS)) {
      expect(task.name).toBe(name);
      if (Object.hasOwn(prompts, name)) expect(task.prompt).toBe(prompts[name]);
    }
  });

  it("has nothing in the table of made-up splits that is no task", () => {
    expect(Object.keys(TASKS)).toEqual(expect.arrayContaining(Object.keys(TINY_SOURCES)));
  });
});

describe.each(ALL.map((task) => [task.name, task] as const))("the task %s", (name, task) => {
  it("loads examples whose ids differ, each with something to see and a target", async () => {
    const split = await loaded(task);
    expect(split).toMatchObject({ task: name, split: SPLIT });
    expect(split.examples.length).toBeGreaterThan(1);
    expect(new Set(split.examples.map(({ id }) => id)).size).toBe(split.examples.length);
    for (const [i, { images, references }] of split.examples.entries()) {
      expect(images.length).toBeGreaterThan(0);
      expect(references).toContain(split.target(i, new RandomStream(1, "targets")).text);
      expect(split.hasTarget(i)).toBe(true);
    }
    expect(split.isScorable).toBe(true);
    expect(split.hasTarget(split.examples.length)).toBe(false);
    expect(() => split.target(split.examples.length, new RandomStream(1, "targets"))).toThrow(RangeError);
  });

  it("is read, trained and answered as it says before anything is loaded", async () => {
    const { source } = await tinySource(task);
    for (const behaviour of ["original", "improved"] as const) {
      const { form } = await task.load(source, SPLIT, { behaviour });
      expect(form).toEqual(task.form(source, { behaviour }));
    }
  });

  it("gives perfect predictions the best score, and a part of them too", async () => {
    const split = await loaded(task);
    const perfect = perfectPredictions(split);
    const { headline, all, count, perItem } = split.score(perfect);
    expect(headline.value).toBeCloseTo(TINY_SOURCES[name]?.perfect ?? 100, 4);
    expect(all[headline.name]).toBe(headline.value);
    expect(count).toBe(split.examples.length);
    expect([...perItem.keys()]).toEqual([...perfect.keys()]);
    const [last] = [...perfect].slice(-1);
    expect(split.score(new Map([last ?? ["", ""]])).count).toBe(1);
  });

  it("gives the captions that it is scored by, if it is, of the examples with a prediction", async () => {
    const split = await loaded(task);
    const [last] = [...perfectPredictions(split)].slice(-1);
    const captions = split.tokenizedCaptions?.(new Map([last ?? ["", ""]]));
    expect(captions !== undefined).toBe(Object.hasOwn(split.score(perfectPredictions(split)).all, "CIDEr"));
    if (captions === undefined) return;
    expect([...captions.keys()]).toEqual([last?.[0]]);
    for (const { hypothesis, references } of captions.values()) expect(references).toContain(hypothesis);
  });

  it("scores neither nothing nor the predictions of another split", async () => {
    const split = await loaded(task);
    expect(() => split.score(new Map())).toThrow("no predictions");
    expect(() => split.score(new Map([["no such example", "x"]]))).toThrow("belong to no example");
    expect(() => split.resultFile(new Map([["no such example", "x"]]))).toThrow("belong to no example");
  });

  it("reads back the result file that it writes", async () => {
    const split = await loaded(task);
    const perfect = perfectPredictions(split);
    const file = at(`results.${task.resultEnding}`);
    await writeFile(file, split.resultFile(perfect));
    expect(await task.readResults(file)).toEqual(perfect);
    await writeFile(file, "{");
    expect(await failure(task.readResults(file))).toMatchObject({
      kind: "data",
      parts: { where: expect.stringContaining(file) as string },
    });
  });

  it("takes its files as references, in any order", async () => {
    const { tiny, source } = await tinySource(task);
    const files = (tiny.references ?? Object.keys(tiny.files)).map(at);
    const whole = answersOf(await task.load(source, SPLIT));
    for (const given of [files, files.toReversed()]) {
      const entry = await task.referenceSource(given, SPLIT);
      expect(answersOf(await task.load({ ...tiny.settings, [SPLIT]: entry }, SPLIT))).toEqual(whole);
    }
    expect(await failure(task.referenceSource([], SPLIT))).toMatchObject({
      kind: "config",
      parts: { where: "--references" },
    });
  });

  it("leaves the prompt out where it is empty, and takes another", async () => {
    const texts = async (options: LoadOptions): Promise<readonly string[]> =>
      (await loaded(task, options)).examples.map(({ prompt }) => prompt);
    const own = await texts({});
    const bare = await texts({ prompt: "" });
    for (const text of own) expect(text).toContain(task.prompt);
    expect(bare).toEqual(own.map((text) => text.replace(task.prompt, "")));
    if (task.prompt === "") return;
    expect(await texts({ prompt: "other: " })).toEqual(
      own.map((text) => text.replace(task.prompt, "other: ")),
    );
  });

  it("asks a single example as it loads it", async () => {
    const { tiny, source } = await tinySource(task);
    for (const options of [{}, { prompt: "" }, { behaviour: "improved" }] satisfies LoadOptions[]) {
      const { examples } = await task.load(source, SPLIT, options);
      const loadedTexts = examples.map(({ prompt, spare }) =>
        spare === undefined ? { prompt } : { prompt, spare },
      );
      expect(tiny.asked.map((asked) => task.ask(asked, source, options))).toEqual(loadedTexts);
    }
  });

  it("says where its source is wrong", async () => {
    const { tiny, source } = await tinySource(task);
    const entry = tiny.entry(at) as object;
    const withEntry = (wrong: unknown): TaskSource => ({ ...source, [SPLIT]: wrong });
    expect((await failure(task.load(source, "dev"))).message).toContain('"dev"');
    for (const [wrong, where] of [
      [{ ...entry, nonsense: 1 }, /^valid\.nonsense$/],
      [{}, /^valid\.\w+/],
      ["a path", /^valid/],
    ] as const) {
      expect(await failure(task.load(withEntry(wrong), SPLIT))).toMatchObject({
        kind: "config",
        parts: { where: expect.stringMatching(where) as string },
      });
    }
  });

  it("says where a file is cut short, and which of its parts has another name", async () => {
    const { tiny } = await tinySource(task);
    for (const [file, contents] of Object.entries(tiny.files)) {
      const cut = await tinySource(task, { [file]: contents.trimEnd().slice(0, -3) });
      const cutShort = await failure(task.load(cut.source, SPLIT));
      expect(cutShort).toMatchObject({
        kind: "data",
        message: expect.stringContaining("not JSON") as string,
      });
      expect(cutShort.parts.where).toMatch(/:\d+:\d+$/);
      expect(cutShort.parts.where).toContain(at(file));

      const key = tiny.keys[file];
      if (key === undefined)
        throw new Error(`Name a key of ${file} for the task ${name} in tiny-sources.ts.`);
      expect(contents).toContain(`"${key}":`);
      const renamed = await tinySource(task, { [file]: contents.replaceAll(`"${key}":`, `"other ${key}":`) });
      const misnamed = await failure(task.load(renamed.source, SPLIT));
      expect(misnamed.kind).toBe("data");
      expect(misnamed.parts.where).toContain(at(file));
      expect(misnamed.message).toContain(key);
    }
  });

  it("says which file is missing", async () => {
    const { tiny, source } = await tinySource(task);
    for (const file of Object.keys(tiny.files)) {
      await rm(at(file));
      const missing = await failure(task.load(source, SPLIT));
      expect(missing).toMatchObject({ kind: "data", parts: { where: at(file) } });
      await tinySource(task);
    }
  });
});
