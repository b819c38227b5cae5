import { describe, expect, it } from "vitest";
import { PLACES } from "../grammar.ts";
import type { SceneObject } from "../grammar.ts";
import type { SceneSplit } from "../random-scene.ts";
import { RandomStream } from "../../../random.ts";
import {
  type Actor,
  type Change,
  type Clip,
  type Direction,
  DIRECTIONS,
  MOMENTS,
  placeBeside,
  stateAt,
} from "./clip.ts";
import { clipFeatures, FRAME_GROUPS, FRAME_WIDTH } from "./clip-features.ts";
import { randomClipLook } from "./clip-picture.ts";
import { HOW2QA_KINDS, TVQA_KINDS } from "./clip-questions.ts";
import { randomClip } from "./random-clip.ts";
import type { Story } from "./story.ts";

const FRAMES = 8;
/** The first and the last frame of each shot, at which it is at rest, by the number of shots. */
const RESTS: Readonly<Record<number, readonly (readonly [number, number])[]>> = {
  1: [[0, 7]],
  2: [
    [0, 3],
    [4, 7],
  ],
};

/** The rows of a clip at the moments of its shots. */
async function restingRows(clip: Clip, name: string): Promise<readonly (readonly Float32Array[])[]> {
  const look = randomClipLook(clip, new RandomStream(1, name));
  const { values } = await clipFeatures(clip, look, FRAMES);
  return (RESTS[clip.actors.length] ?? []).map((frames) =>
    frames.map((frame) => values.subarray(frame * FRAME_WIDTH, (frame + 1) * FRAME_WIDTH)),
  );
}

const lookOf = (row: Float32Array): Float32Array => row.subarray(FRAME_GROUPS.look, FRAME_GROUPS.places);

/** Examples of what objects look like. */
const TEMPLATES = (async () => {
  const found: { readonly object: SceneObject; readonly look: Float32Array }[] = [];
  for (let i = 0; i < 200; i++) {
    const clip = randomClip(1, "tv", "train", i);
    for (const [shot, rows] of (await restingRows(clip, `train ${i}`)).entries()) {
      const actor = clip.actors[shot];
      if (actor === undefined) continue;
      for (const [moment, row] of rows.entries()) {
        found.push({ object: stateAt(actor, MOMENTS[moment] ?? "end"), look: lookOf(row) });
      }
    }
  }
  return found;
})();

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0);
}

/** What is in a frame: the nearest template, on the place with most to be seen. */
async function seenIn(row: Float32Array): Promise<SceneObject> {
  const look = lookOf(row);
  const [nearest] = (await TEMPLATES)
    .map((template) => ({ object: template.object, far: distance(template.look, look) }))
    .toSorted((a, b) => a.far - b.far);
  const places = [...row.subarray(FRAME_GROUPS.places, FRAME_GROUPS.times)];
  const place = PLACES[places.indexOf(Math.max(...places))];
  if (nearest === undefined || place === undefined) throw new Error("no template");
  return { ...nearest.object, place };
}

/** What happened between two states, as a reader of the features would say it. */
function changeBetween(before: SceneObject, after: SceneObject): Change | null {
  if (before.place !== after.place) {
    const direction = (Object.keys(DIRECTIONS) as Direction[]).find((name) => {
      const near = placeBeside(before.place, name);
      return near === after.place || (near !== undefined && placeBeside(near, name) === after.place);
    });
    return direction === undefined ? null : { kind: "move", direction, to: after.place };
  }
  if (before.color !== after.color) return { kind: "turn", to: after.color };
  if (before.size === after.size) return null;
  return { kind: after.size === "large" ? "grow" : "shrink" };
}

/** The actor of a shot, from its two rows at rest. */
async function decodedActor(rows: readonly Float32Array[]): Promise<Actor> {
  const [start, end] = await Promise.all(rows.map(seenIn));
  if (start === undefined || end === undefined) throw new Error("a shot has two moments");
  return { object: start, change: changeBetween(start, end) };
}

/** A story in which nothing is told of the actors but their names. */
function untold(actors: readonly Actor[]): Story {
  const tells = { color: false, shape: false };
  const roles = actors.map((actor, i) => ({ actor, name: ["Ann", "Bob"][i] ?? "", tells }));
  return { clip: { actors }, roles };
}

/** The shares of questions that the decoded clips answer rightly. */
async function answered(split: SceneSplit, clips: number): Promise<{ right: number; asked: number }> {
  const counts = { right: 0, asked: 0 };
  for (let i = 0; i < clips; i++) {
    const clip = randomClip(1, "how2", split, i);
    const actors = await Promise.all((await restingRows(clip, `${split} ${i}`)).map(decodedActor));
    for (const kind of Object.values({ ...TVQA_KINDS, ...HOW2QA_KINDS })) {
      const stream = new RandomStream(1, "kinds"); // the kinds draw nothing
      const read = kind.candidates(untold(actors), stream);
      for (const { question, answer } of kind.candidates(untold(clip.actors), stream)) {
        counts.asked++;
        if (read.some((one) => one.question === question && one.answer === answer)) counts.right++;
      }
    }
  }
  return counts;
}

describe("a reader of clips that takes each frame for what is nearest to it, on clips it has not seen", () => {
  it("answers nearly every question", async () => {
    const { right, asked } = await answered("test", 40);
    expect(asked).toBeGreaterThan(300);
    expect(right / asked).toBeGreaterThan(0.85);
  });
});

describe("clipFeatures", () => {
  it("differ between the frames of a shot only where something changes, but for the time", async () => {
    const clip: Clip = {
      actors: [
        { object: { color: "red", shape: "circle", size: "large", place: "left" }, change: null },
        {
          object: { color: "blue", shape: "star", size: "small", place: "top right" },
          change: { kind: "move", direction: "left", to: "top" },
        },
      ],
    };
    const look = randomClipLook(clip, new RandomStream(1, "look"));
    const { rows, width, values } = await clipFeatures(clip, look, FRAMES);
    expect([rows, width]).toEqual([FRAMES, FRAME_WIDTH]);
    const group = (frame: number, first: number, end: number): readonly number[] => [
      ...values.subarray(frame * width + first, frame * width + end),
    ];
    const seen = (frame: number): readonly number[] => group(frame, 0, FRAME_GROUPS.times);
    expect(seen(0)).toEqual(seen(3));
    expect(seen(4)).not.toEqual(seen(3));
    expect(seen(7)).not.toEqual(seen(4));
    expect(Math.min(...values)).toBe(0);
    const strongest = (frame: number, first: number, end: number): number => {
      const channels = group(frame, first, end);
      return channels.indexOf(Math.max(...channels));
    };
    const places = [0, 4, 7].map((frame) => strongest(frame, FRAME_GROUPS.places, FRAME_GROUPS.times));
    expect(places.map((place) => PLACES[place])).toEqual(["left", "top right", "top"]);
    const times = [0, 3, 4, 7].map((frame) => strongest(frame, FRAME_GROUPS.times, FRAME_WIDTH));
    expect(times).toEqual([0, 2, 0, 2]);
  });
});
