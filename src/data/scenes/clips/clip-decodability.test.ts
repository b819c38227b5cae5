import { describe, expect, it } from "vitest";
import { LAYOUT, PLACES } from "../grammar.ts";
import type { Place, SceneObject, Shape } from "../grammar.ts";
import type { SceneSplit } from "../random-scene.ts";
import { RandomStream } from "../../../random.ts";
import {
  type Actor,
  type Change,
  type Clip,
  type Direction,
  DIRECTIONS,
  placeBeside,
  stateAt,
  MOMENTS,
} from "./clip.ts";
import { clipFeatures, FRAME_WIDTH } from "./clip-features.ts";
import { randomClipLook } from "./clip-picture.ts";
import { HOW2QA_KINDS, TVQA_KINDS } from "./clip-questions.ts";
import { randomClip } from "./random-clip.ts";

const FRAMES = 6;
/** Frames at which the clip is at rest: the first and the last. */
const RESTS = [0, FRAMES - 1] as const;
const CHANNELS = Math.floor(FRAME_WIDTH / LAYOUT ** 2);

type Look = Omit<SceneObject, "place">;

/** What the features say of one place at one time. */
interface Sample {
  readonly place: Place;
  readonly values: Float32Array;
}

/** The places of a clip at each of its moments of rest. */
async function samples(clip: Clip, name: string): Promise<readonly (readonly Sample[])[]> {
  const { values } = await clipFeatures(clip, randomClipLook(new RandomStream(1, name)), FRAMES);
  return RESTS.map((frame) =>
    PLACES.map((place, i) => {
      const start = frame * FRAME_WIDTH + i * CHANNELS;
      return { place, values: values.subarray(start, start + CHANNELS) };
    }),
  );
}

/** Examples of what places look like with an object on them, or none. */
const TEMPLATES = (async () => {
  const found: { readonly look: Look | null; readonly values: Float32Array }[] = [];
  for (let i = 0; i < 100; i++) {
    const clip = randomClip(1, "tv", "train", i);
    for (const [moment, places] of (await samples(clip, `train ${i}`)).entries()) {
      const objects = clip.actors.flatMap((actor) => stateAt(actor, MOMENTS[moment] ?? "end") ?? []);
      for (const { place, values } of places) {
        const object = objects.find((one) => one.place === place);
        if (object !== undefined) found.push({ look: object, values });
        else if (found.length % 5 === 0) found.push({ look: null, values });
      }
    }
  }
  return found;
})();

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0);
}

/** What is on a place, by the nearest template. */
async function seenOn({ place, values }: Sample): Promise<readonly SceneObject[]> {
  let best: { readonly look: Look | null; readonly far: number } = { look: null, far: Infinity };
  for (const template of await TEMPLATES) {
    const far = distance(template.values, values);
    if (far < best.far) best = { look: template.look, far };
  }
  return best.look === null ? [] : [{ ...best.look, place }];
}

/** What happened between two states, as a reader of the features would say it. */
function changeBetween(before: SceneObject | undefined, after: SceneObject | undefined): Change | null {
  if (before === undefined || after === undefined) {
    return before === after ? null : { kind: before === undefined ? "appear" : "disappear" };
  }
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

/** The actor of a shape, from what is seen at the two moments. */
function decodedActor(shape: Shape, moments: readonly (readonly SceneObject[])[]): Actor | null {
  const [start, end] = moments.map((objects) => objects.find((object) => object.shape === shape));
  const object = start ?? end;
  return object === undefined ? null : { object, change: changeBetween(start, end) };
}

/** The shares of questions that the decoded clips answer rightly. */
async function answered(split: SceneSplit, clips: number): Promise<{ right: number; asked: number }> {
  const counts = { right: 0, asked: 0 };
  for (let i = 0; i < clips; i++) {
    const clip = randomClip(1, "how2", split, i);
    const moments = await Promise.all(
      (await samples(clip, `${split} ${i}`)).map(async (places) =>
        (await Promise.all(places.map(seenOn))).flat(),
      ),
    );
    const actors = clip.actors.map((actor) => decodedActor(actor.object.shape, moments) ?? actor);
    const told = { names: ["Ann", "Bob"], tellsColor: [false, false] } as const;
    const [a, b] = actors;
    if (a === undefined || b === undefined) continue;
    for (const kind of Object.values({ ...TVQA_KINDS, ...HOW2QA_KINDS })) {
      const stream = new RandomStream(1, "kinds"); // the kinds draw nothing
      const read = kind.candidates({ clip: { actors: [a, b], half: clip.half }, ...told }, stream);
      for (const { question, answer } of kind.candidates({ clip, ...told }, stream)) {
        counts.asked++;
        if (read.some((one) => one.question === question && one.answer === answer)) counts.right++;
      }
    }
  }
  return counts;
}

describe("a reader of clips that takes each place for what is nearest to it, on clips it has not seen", () => {
  it("answers nearly every question", async () => {
    const { right, asked } = await answered("test", 40);
    expect(asked).toBeGreaterThan(250);
    expect(right / asked).toBeGreaterThan(0.85);
  });
});

describe("clipFeatures", () => {
  it("differ between frames only where something changes, but for the time", async () => {
    const [still] = await samples(randomClip(1, "tv", "train", 0), "x");
    expect(still).toHaveLength(9);
    const clip: Clip = {
      actors: [
        { object: { color: "red", shape: "circle", size: "large", place: "left" }, change: null },
        {
          object: { color: "blue", shape: "star", size: "small", place: "top right" },
          change: { kind: "disappear" },
        },
      ],
      half: 1,
    };
    const look = randomClipLook(new RandomStream(1, "look"));
    const { rows, width, values } = await clipFeatures(clip, look, FRAMES);
    expect([rows, width]).toEqual([FRAMES, FRAME_WIDTH]);
    const row = (frame: number): readonly number[] => [
      ...values.subarray(frame * width, frame * width + 9 * CHANNELS),
    ];
    expect(row(0)).toEqual(row(3));
    expect(row(5)).not.toEqual(row(3));
    const left = PLACES.indexOf("left") * CHANNELS;
    expect(row(5).slice(left, left + CHANNELS)).toEqual(row(3).slice(left, left + CHANNELS));
    expect(Math.min(...values)).toBe(0);
    const times = (frame: number): readonly number[] => [
      ...values.subarray((frame + 1) * width - 5, (frame + 1) * width),
    ];
    const peaks = [0, 3, 5].map((frame) => times(frame).indexOf(Math.max(...times(frame))));
    expect(peaks).toEqual([0, 2, 4]);
  });
});
