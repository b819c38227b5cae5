import { describe, expect, it } from "vitest";
import { resolveConfig } from "../config/index.ts";
import { askedSplit, askedTask, chosenText } from "./asked-split.ts";

async function trainedFor(...tasks: readonly string[]) {
  const value = { tasks: Object.fromEntries(tasks.map((name) => [name, { features: "photos" }])) };
  return resolveConfig({ options: [{ name: "test", value }] });
}

describe("askedTask", () => {
  it("is the named one, else the only one, else told by the question", async () => {
    const both = await trainedFor("vqa", "caption");
    expect(askedTask(both, "caption", { text: "why?" })).toBe("caption");
    expect(askedTask(both, null, { text: "why?" })).toBe("vqa");
    expect(askedTask(both, null, {})).toBe("caption");
    expect(askedTask(await trainedFor("gqa"), null, { text: "why?" })).toBe("gqa");
    expect(askedTask(await trainedFor(), null, {})).toBe("caption");
    expect(askedTask(await trainedFor(), "tvqa", {})).toBe("tvqa");
  });

  it("is never one that the model was not trained for", async () => {
    const trained = await trainedFor("gqa", "nlvr");
    expect(() => askedTask(trained, null, { text: "why?" })).toThrow("with --task");
    expect(() => askedTask(trained, "vqa", {})).toThrow("a model trained for gqa, nlvr");
  });
});

describe("askedSplit", () => {
  it("reads as the run's settings say", async () => {
    const value = {
      tasks: { custom: { features: "photos", prompt: "now: ", template: "<{question}>", maxLength: 7 } },
    };
    const config = await resolveConfig({ options: [{ name: "test", value }] });
    const split = askedSplit(config, "custom", [{ id: "x", shown: ["a.jpg"], asked: { text: "why?" } }]);
    expect(split.examples).toEqual([{ id: "x", images: ["a.jpg"], prompt: "now: <why?>", references: [] }]);
    expect(split.form.answer).toEqual({ kind: "text", beams: 1, maxLength: 7 });
    expect(split.resultFile(new Map([["x", "so"]]))).toBe('{"id":"x","prediction":"so"}\n');
  });
});

describe("a question that does not fit its task", () => {
  const clip = { text: "what?", time: [1, 2], choices: ["a", "b", "c", "d"] } as const;
  it.each([
    ["nlvr", ["a.png"], { text: "both red" }, "the task nlvr looks at 2 pictures"],
    ["caption", ["a.png", "b.png"], {}, "the task caption looks at 1 picture"],
    ["how2qa", [], clip, "the task how2qa looks at 1 clip"],
    ["caption", ["a.png"], { choices: ["a"] }, "has no use for answers to choose from"],
    ["vqa", ["a.png"], clip, "has no use for a time span"],
    ["gqa", ["a.png"], {}, "the task gqa needs a question"],
    ["gqa", ["a.png"], { text: "a", parts: { b: "c" } }, "has no use for named parts"],
    ["how2qa", ["a.npz"], { ...clip, choices: ["a"] }, "another number of choices"],
  ] as const)("%s of %j with %j is refused", async (task, shown, asked, says) => {
    const config = await trainedFor(task);
    expect(() => askedSplit(config, task, [{ id: "x", shown, asked }])).toThrow(says);
  });
});

describe("chosenText", () => {
  it("is the choice that a place names, or what was written", () => {
    expect(chosenText("a1", ["Milk", "Oil"])).toBe("Oil");
    expect(chosenText("a2", ["Milk", "Oil"])).toBe("a2");
    expect(chosenText("Oil", ["Milk", "Oil"])).toBe("Oil");
    expect(chosenText("a1", ["a1", "a0"])).toBe("a1");
    expect(chosenText("a1", [])).toBe("a1");
  });
});
