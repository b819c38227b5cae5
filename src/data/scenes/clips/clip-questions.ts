import { COLORS, PLACES, SHAPES } from "../grammar.ts";
import type { SceneObject } from "../grammar.ts";
import type { Candidate, QuestionKind } from "../questions.ts";
import { DIRECTIONS, events, stateAt } from "./clip.ts";
import type { Actor, Change } from "./clip.ts";
import { verbPhrase } from "./phrases.ts";
import { nameOf } from "./story.ts";
import type { Story } from "./story.ts";

/** A question whose choices are some of its possible answers. */
export interface ChoiceCandidate extends Candidate {
  /** Everything that could be answered, in the order in which choices are listed. */
  readonly possible: readonly string[];
  /** Wrong answers that come close. */
  readonly near: readonly string[];
  /** The half of the clip that it is about. */
  readonly half: 0 | 1;
}

export type ClipQuestionKind = QuestionKind<Story, ChoiceCandidate>;

/** What is asked about people in a show. A further kind is a further row. */
export const TVQA_KINDS: Readonly<Record<string, ClipQuestionKind>> = {
  goes: { candidates: (story) => ways(story, [...Object.keys(DIRECTIONS), "nowhere"]) },
  happens: { candidates: happenings },
  where: { candidates: placesAsked },
  color: { candidates: colorsAsked },
};

/** What is asked about clips without names. */
export const HOW2QA_KINDS: Readonly<Record<string, ClipQuestionKind>> = {
  goes: { candidates: (story) => ways(story, Object.keys(DIRECTIONS)) },
  which: { candidates: doers },
  order: { candidates: orders },
  happens: { candidates: happenings },
  where: { candidates: placesAsked },
  color: { candidates: colorsAsked },
};

/** "Where does Ann go?", in clips where something moves. */
function ways(story: Story, possible: readonly string[]): readonly ChoiceCandidate[] {
  const { actors } = story.clip;
  const moving = actors.find((actor) => actor.change?.kind === "move");
  if (moving === undefined) return [];
  return actors.flatMap((actor) => {
    const answer = actor.change?.kind === "move" ? actor.change.direction : "nowhere";
    if (!possible.includes(answer)) return [];
    const half = actor.change === null ? moving.half : actor.half;
    return [{ question: `Where does ${nameOf(story, actor)} go?`, answer, possible, near: [], half }];
  });
}

/** What can happen to an object beside moving, in few words. */
const HAPPENINGS: Readonly<Record<Exclude<Change["kind"], "move">, string>> = {
  turn: "changes color",
  grow: "grows",
  shrink: "shrinks",
  appear: "appears",
  disappear: "disappears",
};

/** "What happens to the star?" What happens to the other object is always among the choices. */
function happenings(story: Story): readonly ChoiceCandidate[] {
  const found = events(story.clip).flatMap((actor) => {
    const { kind } = actor.change;
    return kind === "move" ? [] : [{ actor, happening: HAPPENINGS[kind] }];
  });
  return found.map(({ actor, happening }) => ({
    question: `What happens to ${nameOf(story, actor)}?`,
    answer: happening,
    possible: Object.values(HAPPENINGS),
    near: found.map((other) => other.happening),
    half: actor.half,
  }));
}

/** What can be seen of an actor at the start and at the end of the clip. */
function endsOf(
  actor: Actor,
): readonly { readonly seen: SceneObject; readonly half: 0 | 1; readonly word: string }[] {
  const [start, end] = [stateAt(actor, 0), stateAt(actor, 2)];
  return [
    ...(start === null ? [] : [{ seen: start, half: 0, word: "start" } as const]),
    ...(end === null ? [] : [{ seen: end, half: 1, word: "end" } as const]),
  ];
}

/** "Where is Ann at the end?" */
function placesAsked(story: Story): readonly ChoiceCandidate[] {
  const near = story.clip.actors.flatMap((actor) => endsOf(actor).map(({ seen }) => seen.place));
  return story.clip.actors.flatMap((actor) =>
    endsOf(actor).map(({ seen, half, word }) => ({
      question: `Where is ${nameOf(story, actor)} at the ${word}?`,
      answer: seen.place,
      variant: word,
      possible: PLACES,
      near,
      half,
    })),
  );
}

/** "What color is Bob at the end?", where the words do not tell. */
function colorsAsked(story: Story): readonly ChoiceCandidate[] {
  const near = story.clip.actors.flatMap((actor) => endsOf(actor).map(({ seen }) => seen.color));
  return story.clip.actors.flatMap((actor, i) =>
    story.tellsColor[i] === true
      ? []
      : endsOf(actor).map(({ seen, half, word }) => ({
          question: `What color is ${nameOf(story, actor)} at the ${word}?`,
          answer: seen.color,
          variant: word,
          possible: COLORS,
          near,
          half,
        })),
  );
}

/** "Which shape moves up?" */
function doers(story: Story): readonly ChoiceCandidate[] {
  const near = story.clip.actors.map(({ object }) => object.shape);
  const changing = events(story.clip);
  return changing.flatMap(({ object, change, half }) => {
    const verb = verbPhrase(change);
    if (changing.filter((other) => verbPhrase(other.change) === verb).length > 1) return [];
    return [{ question: `Which shape ${verb}?`, answer: object.shape, possible: SHAPES, near, half }];
  });
}

/** "Which shape changes first?" */
function orders(story: Story): readonly ChoiceCandidate[] {
  const changing = events(story.clip);
  if (changing.length < 2) return [];
  const near = changing.map(({ object }) => object.shape);
  return changing.map(({ object, half }) => {
    const word = half === 0 ? "first" : "last";
    return {
      question: `Which shape changes ${word}?`,
      answer: object.shape,
      variant: word,
      possible: SHAPES,
      near,
      half,
    };
  });
}
