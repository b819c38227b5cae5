import { describe, expect, it } from "vitest";
import type { Place } from "../grammar.ts";
import { SCENE_SPLITS, type SceneSplit } from "../random-scene.ts";
import { type Clip, clipKey, endStates, events, placeBeside, stateAt } from "./clip.ts";
import { randomClip } from "./random-clip.ts";

const clips = (split: SceneSplit, count: number, domain = "tv", seed = 1): readonly Clip[] =>
  Array.from({ length: count }, (_, index) => randomClip(seed, domain, split, index));

describe("randomClip", () => {
  it("is a function of seed, domain, split and index", () => {
    expect(clips("train", 20)).toEqual(clips("train", 20));
    expect(clips("train", 20)).not.toEqual(clips("train", 20, "how2"));
    expect(clips("train", 20)).not.toEqual(clips("train", 20, "tv", 2));
  });

  it("has two objects that never share a colour, a shape or a place, and do not get in each other's way", () => {
    for (const { actors } of clips("train", 400)) {
      const [a, b] = actors;
      expect(a.object.shape).not.toBe(b.object.shape);
      const seen = actors.map((actor) => endStates(actor).flatMap((state) => state ?? []));
      const [mine = [], others = []] = seen;
      for (const one of mine) {
        for (const other of others) {
          expect(one.color).not.toBe(other.color);
          expect(one.place).not.toBe(other.place);
        }
      }
    }
  });

  it("lets one or both objects change, one after the other, moves most often, everything sometimes", () => {
    const counts = new Map<string, number>();
    let both = 0;
    for (const clip of clips("train", 1000)) {
      const [first, second] = events(clip);
      expect(first).toBeDefined();
      if (second !== undefined) {
        both++;
        expect([first?.half, second.half]).toEqual([0, 1]);
      }
      for (const { change } of events(clip)) counts.set(change.kind, (counts.get(change.kind) ?? 0) + 1);
    }
    expect(both).toBeGreaterThan(350);
    expect(both).toBeLessThan(600);
    const kinds = [...counts].toSorted(([, a], [, b]) => b - a).map(([kind]) => kind);
    expect(kinds[0]).toBe("move");
    expect(kinds.toSorted()).toEqual(["appear", "disappear", "grow", "move", "shrink", "turn"]);
    for (const count of counts.values()) expect(count).toBeGreaterThan(50);
  });

  it("gives no split a clip of another, whatever the seeds and domains", () => {
    const keys = SCENE_SPLITS.map(
      (split, i) => new Set(clips(split, 500, i === 0 ? "tv" : "yc2", 5 + i).map(clipKey)),
    );
    for (const [i, mine] of keys.entries()) {
      for (const others of keys.slice(i + 1)) expect([...mine].filter((key) => others.has(key))).toEqual([]);
    }
  });
});

describe("a clip", () => {
  const MOVER = {
    object: { color: "red", shape: "circle", size: "small", place: "left" },
    change: { kind: "move", direction: "right", to: "right" },
    half: 1,
  } as const;
  const GONE = {
    object: { color: "blue", shape: "star", size: "large", place: "top" },
    change: { kind: "disappear" },
    half: 0,
  } as const;

  it("shows each object before and after its change", () => {
    expect([0, 1, 2].map((moment) => stateAt(MOVER, moment as 0 | 1 | 2)?.place)).toEqual([
      "left",
      "left",
      "right",
    ]);
    expect([0, 1, 2].map((moment) => stateAt(GONE, moment as 0 | 1 | 2) === null)).toEqual([
      false,
      true,
      true,
    ]);
    const [before, after] = endStates({ ...MOVER, change: { kind: "grow" } });
    expect([before?.size, after?.size]).toEqual(["small", "large"]);
    expect(endStates({ ...MOVER, change: { kind: "turn", to: "green" } })[1]?.color).toBe("green");
    expect(endStates({ ...MOVER, change: { kind: "appear" } })[0]).toBeNull();
    expect(events({ actors: [MOVER, GONE] })).toEqual([GONE, MOVER]);
  });

  it("has one key whatever the order of its objects, and another when anything differs", () => {
    expect(clipKey({ actors: [MOVER, GONE] })).toBe(clipKey({ actors: [GONE, MOVER] }));
    expect(clipKey({ actors: [{ ...MOVER, half: 0 }, GONE] })).not.toBe(clipKey({ actors: [MOVER, GONE] }));
    const nearer = { ...MOVER, change: { ...MOVER.change, to: "middle" } } as const;
    expect(clipKey({ actors: [nearer, GONE] })).not.toBe(clipKey({ actors: [MOVER, GONE] }));
  });

  it("knows the place beside another", () => {
    expect(placeBeside("middle", "up")).toBe("top");
    expect(placeBeside("left", "left")).toBeUndefined();
    expect(placeBeside("bottom right" satisfies Place, "left")).toBe("bottom");
  });
});
