import type { RandomStream } from "../../../random.ts";
import type { Actor, Clip } from "./clip.ts";

/** A clip and what its two objects are called in words about it. */
export interface Story {
  readonly clip: Clip;
  /** "Ann", or "the star", in the order of the actors. */
  readonly names: readonly [string, string];
  /** Whether the words tell the color of each. */
  readonly tellsColor: readonly [boolean, boolean];
}

export interface Subtitle {
  readonly text: string;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
}

/** Who appears in the clips of the tv domain. */
export const NAMES = ["Ann", "Bob", "Cy", "Dee", "Eve"] as const;

/** How the objects of a tv clip introduce themselves; by both properties, by color or by shape. */
const SHARES = { both: 0.4, color: 0.3, filler: 0.2 };
const FILLERS = ["Hello.", "Look at me.", "Where are you?", "Here we are."] as const;

/** A story whose objects have names that only the subtitles tell: "Ann: I am the red circle." */
export function namedStory(clip: Clip, stream: RandomStream): Story & { readonly lines: readonly string[] } {
  const [first, second] = stream.shuffle(NAMES);
  const names = [first ?? "Ann", second ?? "Bob"] as const;
  const introductions = clip.actors.map(({ object }) => {
    const roll = stream.uniform();
    if (roll < SHARES.both) return { tellsColor: true, words: `the ${object.color} ${object.shape}` };
    if (roll < SHARES.both + SHARES.color) return { tellsColor: true, words: `the ${object.color} one` };
    return { tellsColor: false, words: `the ${object.shape}` };
  });
  const lines = stream.shuffle(names.map((name, i) => `${name}: I am ${introductions[i]?.words ?? ""}.`));
  if (stream.uniform() < SHARES.filler) lines.push(`${stream.pick(names)}: ${stream.pick(FILLERS)}`);
  const [a, b] = introductions;
  return { clip, names, tellsColor: [a?.tellsColor === true, b?.tellsColor === true], lines };
}

/** A story whose objects are called by their shapes, half of the time with their colours. */
export function plainStory(clip: Clip, stream: RandomStream): Story {
  const called = clip.actors.map(({ object }) => {
    const tellsColor = stream.uniform() < 0.5;
    return { tellsColor, name: `the ${tellsColor ? `${object.color} ` : ""}${object.shape}` };
  });
  const [a, b] = called;
  return {
    clip,
    names: [a?.name ?? "", b?.name ?? ""],
    tellsColor: [a?.tellsColor === true, b?.tellsColor === true],
  };
}

/** What an object of the story is called. */
export function nameOf({ clip, names }: Story, actor: Actor): string {
  return names[clip.actors[0] === actor ? 0 : 1];
}

/** Lines spread evenly over a clip of so many seconds. */
export function subtitles(lines: readonly string[], seconds: number): readonly Subtitle[] {
  return lines.map((text, i) => ({
    text,
    start: (i * seconds) / lines.length,
    end: ((i + 1) * seconds) / lines.length,
  }));
}
