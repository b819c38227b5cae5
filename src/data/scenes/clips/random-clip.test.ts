import { describe, expect, it } from "vitest";
import type { Place } from "../grammar.ts";
import { SCENE_SPLITS, type SceneSplit } from "../random-scene.ts";
import { type Actor, changing, type Clip, clipKey, MOMENTS, placeBeside, stateAt } from "./clip.ts";
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
      const seen = actors.map((actor) => MOMENTS.flatMap((moment) => stateAt(actor, moment) ?? []));
      const [mine = [], others = []] = seen;
      for (const one of mine) {
        for (const other of others) {
          expect(one.color).not.toBe(other.color);
          expect(one.place).not.toBe(other.place);
        }
      }
    }
  });

  it("lets one object change, in either half, most often by moving, sometimes otherwise", () => {
    const counts = new Map<string, number>();
    let late = 0;
    for (const clip of clips("train", 1000)) {
      const [actor, ...more] = changing(clip);
      expect(more).toEqual([]);
      const kind = actor?.change.kind ?? "none";
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      late += clip.half;
    }
    expect(Math.abs(late - 500)).toBeLessThan(60);
    const kinds = [...counts].toSorted(([, a], [, b]) => b - a).map(([kind]) => kind);
    expect(kinds[0]).toBe("move");
    expect(kinds.toSorted()).toEqual(["appear", "disappear", "grow", "move", "shrink", "turn"]);
    for (const count of counts.values()) expect(count).toBeGreaterThan(30);
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

const states = (actor: Actor): readonly unknown[] => MOMENTS.map((moment) => stateAt(actor, moment));

describe("a clip", () => {
  const MOVER: Actor = {
    object: { color: "red", shape: "circle", size: "small", place: "left" },
    change: { kind: "move", direction: "right", to: "right" },
  };
  const STILL: Actor = {
    object: { color: "blue", shape: "star", size: "large", place: "top" },
    change: null,
  };

  it("shows each object before and after its change", () => {
    expect(MOMENTS.map((moment) => stateAt(MOVER, moment)?.place)).toEqual(["left", "right"]);
    expect(states(STILL)).toEqual([STILL.object, STILL.object]);
    const other = (change: Actor["change"]): readonly unknown[] => states({ ...MOVER, change });
    expect(other({ kind: "grow" })).toEqual([MOVER.object, { ...MOVER.object, size: "large" }]);
    expect(other({ kind: "turn", to: "green" })).toEqual([MOVER.object, { ...MOVER.object, color: "green" }]);
    expect(other({ kind: "appear" })).toEqual([null, MOVER.object]);
    expect(other({ kind: "disappear" })).toEqual([MOVER.object, null]);
    expect(changing({ actors: [STILL, MOVER], half: 0 })).toEqual([MOVER]);
  });

  it("has one key whatever the order of its objects, and another when anything differs", () => {
    const key = clipKey({ actors: [MOVER, STILL], half: 0 });
    expect(clipKey({ actors: [STILL, MOVER], half: 0 })).toBe(key);
    expect(clipKey({ actors: [MOVER, STILL], half: 1 })).not.toBe(key);
    const nearer: Actor = { ...MOVER, change: { kind: "move", direction: "right", to: "middle" } };
    expect(clipKey({ actors: [nearer, STILL], half: 0 })).not.toBe(key);
  });

  it("knows the place beside another", () => {
    expect(placeBeside("middle", "up")).toBe("top");
    expect(placeBeside("left", "left")).toBeUndefined();
    expect(placeBeside("bottom right" satisfies Place, "left")).toBe("bottom");
  });
});
