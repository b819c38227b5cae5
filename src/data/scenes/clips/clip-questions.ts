import { COLORS, PLACES, SHAPES } from "../grammar.ts";
import type { SceneObject } from "../grammar.ts";
import type { Candidate, QuestionKind } from "../questions.ts";
import { changing, DIRECTIONS, MOMENTS, stateAt } from "./clip.ts";
import type { Actor, Change, Moment } from "./clip.ts";
import { verbPhrase } from "./phrases.ts";
import { nameOf } from "./story.ts";
import type { Story } from "./story.ts";

/** A question whose choices are some of its possible answers. */
export interface ChoiceCandidate extends Candidate {
  /** Everything that could be answered, in the order in which choices are listed. */
  readonly possible: readonly string[];
  /** Wrong answers that come close. */
  readonly near: readonly string[];
  /** The moment that it is about; null for the change. */
  readonly moment: Moment | null;
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
  happens: { candidates: happenings },
  where: { candidates: placesAsked },
  color: { candidates: colorsAsked },
};

/** "Where does Ann go?", in clips where something moves. */
function ways(story: Story, possible: readonly string[]): readonly ChoiceCandidate[] {
  if (!changing(story.clip).some(({ change }) => change.kind === "move")) return [];
  return story.clip.actors.flatMap((actor) => {
    const answer = actor.change?.kind === "move" ? actor.change.direction : "nowhere";
    const question = `Where does ${nameOf(story, actor)} go?`;
    return possible.includes(answer) ? [{ question, answer, possible, near: [], moment: null }] : [];
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

/** "What happens to the star?" */
function happenings(story: Story): readonly ChoiceCandidate[] {
  return changing(story.clip).flatMap((actor) => {
    const { kind } = actor.change;
    if (kind === "move") return [];
    const question = `What happens to ${nameOf(story, actor)}?`;
    const possible = Object.values(HAPPENINGS);
    return [{ question, answer: HAPPENINGS[kind], possible, near: [], moment: null }];
  });
}

/** What can be seen of an actor at the start and at the end of the clip. */
function endsOf(actor: Actor): readonly { readonly seen: SceneObject; readonly moment: Moment }[] {
  return MOMENTS.flatMap((moment) => {
    const seen = stateAt(actor, moment);
    return seen === null ? [] : [{ seen, moment }];
  });
}

/** "Where is Ann at the end?" */
function placesAsked(story: Story): readonly ChoiceCandidate[] {
  const near = story.clip.actors.flatMap((actor) => endsOf(actor).map(({ seen }) => seen.place));
  return story.clip.actors.flatMap((actor) =>
    endsOf(actor).map(({ seen, moment }) => ({
      question: `Where is ${nameOf(story, actor)} at the ${moment}?`,
      answer: seen.place,
      variant: moment,
      possible: PLACES,
      near,
      moment,
    })),
  );
}

/** "What color is Bob at the end?", where the words do not tell. */
function colorsAsked(story: Story): readonly ChoiceCandidate[] {
  const near = story.clip.actors.flatMap((actor) => endsOf(actor).map(({ seen }) => seen.color));
  return story.clip.actors.flatMap((actor, i) =>
    story.tellsColor[i] === true
      ? []
      : endsOf(actor).map(({ seen, moment }) => ({
          question: `What color is ${nameOf(story, actor)} at the ${moment}?`,
          answer: seen.color,
          variant: moment,
          possible: COLORS,
          near,
          moment,
        })),
  );
}

/** "Which shape moves up?" */
function doers(story: Story): readonly ChoiceCandidate[] {
  const near = story.clip.actors.map(({ object }) => object.shape);
  return changing(story.clip).map(({ object, change }) => ({
    question: `Which shape ${verbPhrase(change)}?`,
    answer: object.shape,
    possible: SHAPES,
    near,
    moment: null,
  }));
}
