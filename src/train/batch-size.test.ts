import { describe, expect, it } from "vitest";
import { TASKS } from "../tasks/index.ts";
import { taskBatchSize } from "./run-plan.ts";

function customSize(base: number, batchShare?: number): number {
  const source = batchShare === undefined ? {} : { batchShare };
  return taskBatchSize({ task: "custom", form: TASKS.custom.form(source) }, base);
}

describe("taskBatchSize", () => {
  it("scales a run's batches as the original does (spec: datasets §2)", () => {
    const sizes = (["vqa", "gqa", "nlvr", "caption"] as const).map((task) =>
      taskBatchSize({ task, form: TASKS[task].form({}) }, 500),
    );
    expect(sizes).toEqual([500, 833, 166, 416]);
  });

  it("gives own data the share that its settings say", () => {
    expect(customSize(500)).toBe(500);
    expect(customSize(500, 0.25)).toBe(125);
    expect(customSize(10, 1.55)).toBe(15);
    expect(customSize(2, 0.1)).toBe(1);
  });
});
