import type { RandomStream } from "../../../random.ts";
import type { Actor, Clip } from "./clip.ts";

/** An object of a clip and what the words about the clip call it. */
export interface Role {
  readonly actor: Actor;
  /** "Ann", or "the star". */
  readonly name: string;
  /** Which of its properties the words tell. */
  readonly tells: { readonly color: boolean; readonly shape: boolean };
}

/** A clip in the words about it. */
export interface Story {
  readonly clip: Clip;
  /** In the order of the shots. */
  readonly roles: readonly Role[];
}

export interface Subtitle {
  readonly text: string;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
}

/** Who appears in the clips of the tv domain. */
export const NAMES = ["Ann", "Bob", "Cy", "Dee", "Eve"] as const;

/** How the objects of a tv clip introduce themselves: by colour and shape, by one of them alone. */
const INTRODUCTIONS = [
  { color: true, shape: true },
  { color: true, shape: false },
  { color: true, shape: false },
  { color: false, shape: true },
  { color: false, shape: true },
] as const;

/** A story whose objects have names that only the subtitles tell, each in its own shot: "Ann: I am the red circle." */
export function namedStory(clip: Clip, stream: RandomStream): Story & { readonly lines: readonly string[] } {
  const names = stream.shuffle(NAMES);
  const roles = clip.actors.map((actor, shot) => ({
    actor,
    name: names[shot] ?? "Ann",
    tells: stream.pick(INTRODUCTIONS),
  }));
  return { clip, roles, lines: roles.map(introduction) };
}

function introduction({ actor: { object }, name, tells }: Role): string {
  return `${name}: I am the ${tells.color ? `${object.color} ` : ""}${tells.shape ? object.shape : "one"}.`;
}

/** A story whose objects are called by their shapes, half of the time with their colours. */
export function plainStory(clip: Clip, stream: RandomStream): Story {
  const roles = clip.actors.map((actor) => {
    const { color, shape } = actor.object;
    const tells = { color: stream.uniform() < 0.5, shape: true };
    return { actor, name: `the ${tells.color ? `${color} ` : ""}${shape}`, tells };
  });
  return { clip, roles };
}

/** Lines spread evenly over a clip of so many seconds. */
export function subtitles(lines: readonly string[], seconds: number): readonly Subtitle[] {
  return lines.map((text, i) => ({
    text,
    start: (i * seconds) / lines.length,
    end: ((i + 1) * seconds) / lines.length,
  }));
}
