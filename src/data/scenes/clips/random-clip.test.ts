import { describe, expect, it } from "vitest";
import type { Place } from "../grammar.ts";
import { SCENE_SPLITS, type SceneSplit } from "../random-scene.ts";
import { type Actor, changing, type Clip, clipKey, MOMENTS, placeBeside, stateAt } from "./clip.ts";
import type { ClipDomain } from "./clip-ids.ts";
import { randomClip } from "./random-clip.ts";

const clips = (split: SceneSplit, count: number, domain: ClipDomain = "tv", seed = 1): readonly Clip[] =>
  Array.from({ length: count }, (_, index) => randomClip(seed, domain, split, index));

describe("randomClip", () => {
  it("is a function of seed, domain, split and index", () => {
    expect(clips("train", 20)).toEqual(clips("train", 20));
    expect(clips("train", 20)).not.toEqual(clips("train", 20, "how2"));
    expect(clips("train", 20)).not.toEqual(clips("train", 20, "tv", 2));
  });

  it("has one object or two that never share a colour or a shape; one where a recipe's step is shown", () => {
    const all = clips("train", 400);
    const pairs = all.filter(({ actors }) => actors.length === 2);
    expect(all.filter(({ actors }) => actors.length === 1)).toHaveLength(400 - pairs.length);
    expect(Math.abs(pairs.length - 200)).toBeLessThan(40);
    for (const { actors } of pairs) {
      expect(new Set(actors.map(({ object }) => object.shape)).size).toBe(2);
      const [mine, others] = actors.map((actor) => MOMENTS.map((moment) => stateAt(actor, moment).color));
      expect(mine?.filter((color) => others?.includes(color))).toEqual([]);
    }
    for (const { actors } of clips("train", 50, "yc2")) {
      expect(actors).toHaveLength(1);
      expect(actors[0]?.change).not.toBeNull();
    }
  });

  it("lets objects move most often, change otherwise, and some stay", () => {
    const counts = new Map<string, number>();
    for (const { actors } of clips("train", 500)) {
      for (const { object, change } of actors) {
        const kind = change?.kind ?? "stay";
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        if (change?.kind !== "move") continue;
        const near = placeBeside(object.place, change.direction);
        expect([near, near && placeBeside(near, change.direction)]).toContain(change.to);
      }
    }
    const kinds = [...counts].toSorted(([, a], [, b]) => b - a).map(([kind]) => kind);
    expect(kinds[0]).toBe("move");
    expect(kinds.toSorted()).toEqual(["grow", "move", "shrink", "stay", "turn"]);
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
    expect(MOMENTS.map((moment) => stateAt(MOVER, moment).place)).toEqual(["left", "right"]);
    expect(states(STILL)).toEqual([STILL.object, STILL.object]);
    const other = (change: Actor["change"]): readonly unknown[] => states({ ...MOVER, change });
    expect(other({ kind: "grow" })).toEqual([MOVER.object, { ...MOVER.object, size: "large" }]);
    expect(other({ kind: "shrink" })).toEqual([MOVER.object, { ...MOVER.object, size: "small" }]);
    expect(other({ kind: "turn", to: "green" })).toEqual([MOVER.object, { ...MOVER.object, color: "green" }]);
    expect(changing({ actors: [STILL, MOVER] })).toEqual([MOVER]);
  });

  it("has one key whatever the order of its shots, and another when anything differs", () => {
    const key = clipKey({ actors: [MOVER, STILL] });
    expect(clipKey({ actors: [STILL, MOVER] })).toBe(key);
    expect(clipKey({ actors: [MOVER] })).not.toBe(key);
    const nearer: Actor = { ...MOVER, change: { kind: "move", direction: "right", to: "middle" } };
    expect(clipKey({ actors: [nearer, STILL] })).not.toBe(key);
  });

  it("knows the place beside another", () => {
    expect(placeBeside("middle", "up")).toBe("top");
    expect(placeBeside("left", "left")).toBeUndefined();
    expect(placeBeside("bottom right" satisfies Place, "left")).toBe("bottom");
  });
});
