import { describe, expect, it } from "vitest";
import { originalOrder, seededOrder } from "../data/index.ts";
import type { TaskName } from "../tasks/index.ts";
import { type PlannedBatch, type PlanRequest, type RunPlan, runPlan } from "./run-plan.ts";

const EPOCHS = 6;

/** Six batches of questions and twenty of captions, of which the last holds three examples. */
function plan(parts: Partial<PlanRequest> = {}): RunPlan {
  return runPlan({
    examples: new Map<TaskName, number>([
      ["vqa", 30],
      ["caption", 98],
    ]),
    batchSizes: new Map<TaskName, number>([
      ["vqa", 5],
      ["caption", 5],
    ]),
    order: originalOrder("roundrobin"),
    accumulation: 1,
    remainder: "dropped",
    epochs: EPOCHS,
    ...parts,
  });
}

function updatesOf(planned: RunPlan): readonly (readonly PlannedBatch[])[] {
  return Array.from({ length: planned.updates }, (_, update) => planned.batches(update));
}

/** Batches by epoch. */
function epochs(planned: RunPlan): readonly (readonly PlannedBatch[])[] {
  const batches = updatesOf(planned).flat();
  return Array.from({ length: EPOCHS }, (_, epoch) => batches.filter((batch) => batch.epoch === epoch));
}

function sorted(batches: readonly PlannedBatch[], task: TaskName): readonly number[] {
  const indices = batches.flatMap((batch) => (batch.task === task ? batch.indices : []));
  return indices.toSorted((a, b) => a - b);
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

describe("runPlan", () => {
  it("goes through every example once an epoch, the last batch smaller", () => {
    const planned = plan();
    expect(planned.epochEnds).toEqual([26, 52, 78, 104, 130, 156]);
    for (const batches of epochs(planned)) {
      expect(sorted(batches, "vqa")).toEqual(upTo(30));
      expect(sorted(batches, "caption")).toEqual(upTo(98));
      const captions = batches.filter(({ task }) => task === "caption");
      expect(captions.map(({ indices }) => indices.length)).toEqual([...Array<number>(19).fill(5), 3]);
    }
  });

  it("plans any update without those before it", () => {
    const [planned, other] = [plan(), plan()];
    const whole = updatesOf(planned);
    for (const update of [155, 3, 26, 25]) expect(other.batches(update)).toEqual(whole[update]);
  });

  it.each([
    ["dropped", 6, [4, 4, 4, 4, 4, 4]],
    ["smaller-update", 7, [4, 4, 4, 4, 4, 4, 2]],
  ] as const)("has batches at an epoch's end %s that do not fill an update", (remainder, updates, sizes) => {
    const planned = plan({ accumulation: 4, remainder });
    expect(planned.epochEnds).toEqual(upTo(EPOCHS).map((epoch) => updates * (epoch + 1)));
    const first = updatesOf(planned).slice(0, updates);
    expect(first.map(({ length }) => length)).toEqual(sizes);
  });

  it.each([1, 3])(
    "has balanced epochs of the lengths that their own orders have, %i batches an update",
    (k) => {
      const order = originalOrder("balanced");
      const lengths = upTo(EPOCHS).map((epoch) => order.tasks({ vqa: 6, caption: 20 }, epoch).length);
      expect(new Set(lengths).size).toBeGreaterThan(2);
      const planned = plan({ order, accumulation: k });
      expect(updatesOf(planned).map(({ length }) => length)).toEqual(Array(planned.updates).fill(k));
      expect(epochs(planned).map(({ length }) => length)).toEqual(
        lengths.map((length) => length - (length % k)),
      );
    },
  );

  it("goes through the smaller task again where the order asks for more of it", () => {
    const [batches = []] = epochs(plan({ order: seededOrder("balanced", 1) }));
    expect(batches).toHaveLength(26);
    // 13 batches: two passes of six, and the first one of a third.
    expect(sorted(batches, "vqa")).toHaveLength(65);
    expect(new Set(sorted(batches, "vqa")).size).toBe(30);
  });
});
