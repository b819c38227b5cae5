import { describe, expect, it } from "vitest";
import { ADAMW } from "../optim/index.ts";
import type { RunPlan } from "./run-plan.ts";
import type { Reader } from "./task-data.ts";
import { train, type TrainingEvent, type TrainRequest } from "./trainer.ts";
import type { Updates } from "./updates.ts";

/** Six updates in epochs of two, of empty batches: only the course of events matters here. */
const PLAN: RunPlan = { epochEnds: [2, 4, 6], updates: 6, batches: () => [] };
const UPDATES: Updates = {
  update: () => Promise.resolve({ loss: 1, gradientNorm: 1 }),
  values: () => Promise.resolve(new Map()),
  state: () => Promise.resolve({ updates: new Map(), first: new Map(), second: new Map() }),
};

/** Runs the loop and gives the events and saves, in order, as text. */
async function course(
  options: Partial<TrainRequest> & { readonly checkpointEvery?: number },
): Promise<{ readonly seen: readonly string[]; readonly error: unknown }> {
  const seen: string[] = [];
  const { checkpointEvery = 0, onEvent, ...rest } = options;
  const request: TrainRequest = {
    reader: {} as Reader,
    data: new Map(),
    plan: PLAN,
    updates: UPDATES,
    settings: { seed: 1, learningRate: 1, warmupRatio: 0, adamw: ADAMW, checkpointEvery, updates: 6 },
    start: 0,
    save: (update) => Promise.resolve(`folder ${update}`),
    onEvent: async (event) => {
      seen.push(event.kind === "checkpoint" ? `saved ${event.update}` : described(event));
      await onEvent?.(event);
    },
    ...rest,
  };
  const error: unknown = await train(request).then(
    () => null,
    (reason: unknown) => reason,
  );
  return { seen, error };
}

function described(event: TrainingEvent): string {
  return event.kind === "epoch" ? `epoch ${event.epoch}` : event.kind;
}

describe("train", () => {
  it("saves when due and at the end, before an epoch is reported", async () => {
    const { seen, error } = await course({ checkpointEvery: 4 });
    expect(error).toBeNull();
    expect(seen).toEqual(["epoch 0", "saved 4", "epoch 1", "saved 6", "epoch 2"]);
  });

  it("saves what was done when it is aborted while an epoch is reported", async () => {
    const controller = new AbortController();
    const { seen, error } = await course({
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === "epoch") controller.abort();
      },
    });
    expect(seen).toEqual(["epoch 0", "saved 2"]);
    expect(error).toMatchObject({
      kind: "interrupted",
      message: expect.stringContaining("after update 2 of 6"),
    });
  });

  it("reports the epoch at whose end it goes on once more", async () => {
    expect((await course({ start: 4 })).seen).toEqual(["epoch 1", "saved 6", "epoch 2"]);
    expect((await course({ start: 3 })).seen).toEqual(["epoch 1", "saved 6", "epoch 2"]);
    expect((await course({ start: 6 })).seen).toEqual(["epoch 2"]);
  });
});
