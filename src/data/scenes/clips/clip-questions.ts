import { COLORS, PLACES, SHAPES } from "../grammar.ts";
import type { SceneObject } from "../grammar.ts";
import type { Candidate, QuestionKind } from "../questions.ts";
import { DIRECTIONS, MOMENTS, stateAt } from "./clip.ts";
import type { Change, Moment } from "./clip.ts";
import { verbPhrase } from "./phrases.ts";
import type { Story } from "./story.ts";

/** A question whose choices are some of its possible answers. */
export interface ChoiceCandidate extends Candidate {
  /** Everything that could be answered, in the order in which choices are listed. */
  readonly possible: readonly string[];
  /** Wrong answers that come close. */
  readonly near: readonly string[];
  /** The shot that it is about, counted from 0. */
  readonly shot: number;
  /** The moment of the shot that it is about; null for the change. */
  readonly moment: Moment | null;
}

export type ClipQuestionKind = QuestionKind<Story, ChoiceCandidate>;

/** What is asked about people in a show. A further kind is a further row. */
export const TVQA_KINDS: Readonly<Record<string, ClipQuestionKind>> = {
  goes: { candidates: (story) => ways(story, [...Object.keys(DIRECTIONS), "nowhere"]) },
  happens: { candidates: (story) => happenings(story, [...Object.values(HAPPENINGS), "nothing"]) },
  shape: { candidates: shapesAsked },
  color: { candidates: colorsAsked },
  where: { candidates: placesAsked },
};

/** What is asked about clips without names. */
export const HOW2QA_KINDS: Readonly<Record<string, ClipQuestionKind>> = {
  goes: { candidates: (story) => ways(story, Object.keys(DIRECTIONS)) },
  happens: { candidates: (story) => happenings(story, Object.values(HAPPENINGS)) },
  which: { candidates: doers },
  color: { candidates: colorsAsked },
  where: { candidates: placesAsked },
};

/** What can happen to an object, in few words. */
const HAPPENINGS: Readonly<Record<Change["kind"], string>> = {
  move: "moves",
  turn: "changes color",
  grow: "grows",
  shrink: "shrinks",
};

/** "Where does Ann go?" */
function ways(story: Story, possible: readonly string[]): readonly ChoiceCandidate[] {
  return changesAsked(story, possible, (name) => `Where does ${name} go?`, wayOf);
}

/** "What happens to the star?" */
function happenings(story: Story, possible: readonly string[]): readonly ChoiceCandidate[] {
  return changesAsked(story, possible, (name) => `What happens to ${name}?`, happeningOf);
}

function wayOf(change: Change | null): string {
  return change?.kind === "move" ? change.direction : "nowhere";
}

function happeningOf(change: Change | null): string {
  return change === null ? "nothing" : HAPPENINGS[change.kind];
}

/** A question about the change of each actor, where the answer is one of those possible. */
function changesAsked(
  story: Story,
  possible: readonly string[],
  question: (name: string) => string,
  answerOf: (change: Change | null) => string,
): readonly ChoiceCandidate[] {
  return story.roles.flatMap(({ name, actor }, shot) => {
    const answer = answerOf(actor.change);
    if (!possible.includes(answer)) return [];
    return [{ question: question(name), answer, possible, near: [], shot, moment: null }];
  });
}

/** What can be seen of all actors, at the start and at the end of their shots. */
function everSeen<Property extends keyof SceneObject>(
  story: Story,
  property: Property,
): readonly SceneObject[Property][] {
  return story.clip.actors.flatMap((actor) => MOMENTS.map((moment) => stateAt(actor, moment)[property]));
}

/** "Where is Ann at the end?" */
function placesAsked(story: Story): readonly ChoiceCandidate[] {
  const near = everSeen(story, "place");
  return story.roles.flatMap(({ name, actor }, shot) =>
    MOMENTS.map((moment) => ({
      question: `Where is ${name} at the ${moment}?`,
      answer: stateAt(actor, moment).place,
      variant: moment,
      possible: PLACES,
      near,
      shot,
      moment,
    })),
  );
}

/** "What color is Bob at the end?", where the words do not tell. */
function colorsAsked(story: Story): readonly ChoiceCandidate[] {
  const near = everSeen(story, "color");
  return story.roles.flatMap(({ name, tells, actor }, shot) =>
    tells.color
      ? []
      : MOMENTS.map((moment) => ({
          question: `What color is ${name} at the ${moment}?`,
          answer: stateAt(actor, moment).color,
          variant: moment,
          possible: COLORS,
          near,
          shot,
          moment,
        })),
  );
}

/** "What shape is Ann?", where the words do not tell. */
function shapesAsked(story: Story): readonly ChoiceCandidate[] {
  return story.roles.flatMap(({ name, tells, actor }, shot) =>
    tells.shape
      ? []
      : [
          {
            question: `What shape is ${name}?`,
            answer: actor.object.shape,
            possible: SHAPES,
            near: [],
            shot,
            moment: null,
          },
        ],
  );
}

/** "Which shape moves up?", where only one does. */
function doers(story: Story): readonly ChoiceCandidate[] {
  const near = everSeen(story, "shape");
  const verbs = story.clip.actors.map(({ change }) => verbPhrase(change));
  return story.clip.actors.flatMap(({ object, change }, shot) => {
    const verb = verbPhrase(change);
    if (change === null || verbs.filter((other) => other === verb).length > 1) return [];
    const question = `Which shape ${verb}?`;
    return [{ question, answer: object.shape, possible: SHAPES, near, shot, moment: null }];
  });
}
