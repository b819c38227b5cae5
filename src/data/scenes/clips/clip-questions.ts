import type { RandomStream } from "../../../random.ts";
import { COLORS, PLACES } from "../grammar.ts";
import type { SceneObject } from "../grammar.ts";
import type { Candidate, QuestionKind } from "../questions.ts";
import { DIRECTIONS, events, stateAt } from "./clip.ts";
import type { Actor, Change } from "./clip.ts";
import { verbPhrase } from "./phrases.ts";
import { nameOf } from "./story.ts";
import type { Story } from "./story.ts";

/** A question with wrong answers to choose among, the most plausible first. */
export interface ChoiceCandidate extends Candidate {
  readonly wrong: readonly string[];
  /** The half of the clip that it is about. */
  readonly half: 0 | 1;
}

export type ClipQuestionKind = QuestionKind<Story, ChoiceCandidate>;

const where: ClipQuestionKind = { candidates: placesAsked };
const happens: ClipQuestionKind = { candidates: happenings };
const color: ClipQuestionKind = { candidates: colorsAsked };

/** What is asked about people in a show. A further kind is a further row. */
export const TVQA_KINDS: Readonly<Record<string, ClipQuestionKind>> = {
  goes: { candidates: ways },
  happens,
  where,
  color,
};

/** What is asked about clips without names. */
export const HOW2QA_KINDS: Readonly<Record<string, ClipQuestionKind>> = {
  which: { candidates: doers },
  order: { candidates: orders },
  happens,
  where,
  color,
};

const DIRECTION_NAMES = Object.keys(DIRECTIONS);

/** "moves up" → "Moves up." */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** What is left of some answers without the right one, each once. */
function others(right: string, answers: readonly string[]): readonly string[] {
  return [...new Set(answers)].filter((answer) => answer !== right);
}

function eventHalf(actor: Actor, story: Story): 0 | 1 {
  return actor.change === null ? (events(story.clip)[0]?.half ?? 0) : actor.half;
}

/** "Where does Ann go?" Left, right, up, down or nowhere, in clips where something moves. */
function ways(story: Story, stream: RandomStream): readonly ChoiceCandidate[] {
  if (story.clip.actors.every((actor) => actor.change?.kind !== "move")) return [];
  const all = stream.shuffle([...DIRECTION_NAMES.map((name) => sentence(name)), "Nowhere."]);
  return story.clip.actors.map((actor) => {
    const { change } = actor;
    const answer = change?.kind === "move" ? sentence(change.direction) : "Nowhere.";
    return {
      question: `Where does ${nameOf(story, actor)} go?`,
      answer,
      wrong: others(answer, all),
      half: eventHalf(actor, story),
    };
  });
}

/** "Moves up.", "Nothing." */
function happening(change: Change | null): string {
  return change === null ? "Nothing." : sentence(verbPhrase(change));
}

/** "What happens to the star?" What happens to the other object is always among the answers. */
function happenings(story: Story, stream: RandomStream): readonly ChoiceCandidate[] {
  const anything = stream.shuffle([
    ...DIRECTION_NAMES.map((name) => `Moves ${name}.`),
    "Appears.",
    "Disappears.",
    "Grows.",
    "Shrinks.",
    `Turns ${stream.pick(COLORS)}.`,
    "Nothing.",
  ]);
  const [a, b] = story.clip.actors;
  return [[a, b] as const, [b, a] as const].map(([actor, other]) => {
    const answer = happening(actor.change);
    return {
      question: `What happens to ${nameOf(story, actor)}?`,
      answer,
      wrong: others(answer, [happening(other.change), ...anything]),
      half: eventHalf(actor, story),
    };
  });
}

const ENDS = [
  [0, "start"],
  [2, "end"],
] as const;

/** What can be seen of an actor at the start and at the end. */
function endsOf(
  actor: Actor,
): readonly { readonly seen: SceneObject; readonly moment: 0 | 2; readonly word: string }[] {
  return ENDS.flatMap(([moment, word]) => {
    const seen = stateAt(actor, moment);
    return seen === null ? [] : [{ seen, moment, word }];
  });
}

/** "Where is Ann at the end?" */
function placesAsked(story: Story, stream: RandomStream): readonly ChoiceCandidate[] {
  const seen = story.clip.actors.flatMap((actor) => endsOf(actor).map((end) => sentence(end.seen.place)));
  const anywhere = stream.shuffle(PLACES).map((name) => sentence(name));
  return story.clip.actors.flatMap((actor) =>
    endsOf(actor).map(({ seen: object, moment, word }) => {
      const answer = sentence(object.place);
      return {
        question: `Where is ${nameOf(story, actor)} at the ${word}?`,
        answer,
        variant: word,
        wrong: others(answer, [...seen, ...anywhere]),
        half: moment === 0 ? 0 : 1,
      };
    }),
  );
}

/** "What color is Bob at the end?", where the words do not tell. */
function colorsAsked(story: Story, stream: RandomStream): readonly ChoiceCandidate[] {
  const seen = story.clip.actors.flatMap((actor) => endsOf(actor).map((end) => sentence(end.seen.color)));
  const anything = stream.shuffle(COLORS).map(sentence);
  return story.clip.actors.flatMap((actor, i) =>
    story.tellsColor[i] === true
      ? []
      : endsOf(actor).map(({ seen: object, moment, word }) => {
          const answer = sentence(object.color);
          return {
            question: `What color is ${nameOf(story, actor)} at the ${word}?`,
            answer,
            variant: word,
            wrong: others(answer, [...seen, ...anything]),
            half: moment === 0 ? 0 : 1,
          };
        }),
  );
}

const named = ({ color: hue, shape }: { readonly color: string; readonly shape: string }): string =>
  sentence(`${hue} ${shape}`);

/** "Which object moves up?" The wrong answers are the other object and crosses of the two. */
function doers(story: Story): readonly ChoiceCandidate[] {
  const [a, b] = story.clip.actors;
  return [[a, b] as const, [b, a] as const].flatMap(([actor, other]) => {
    if (actor.change === null) return [];
    const verb = verbPhrase(actor.change);
    if (other.change !== null && verbPhrase(other.change) === verb) return [];
    const answer = named(actor.object);
    const wrong = [
      named(other.object),
      named({ color: actor.object.color, shape: other.object.shape }),
      named({ color: other.object.color, shape: actor.object.shape }),
    ];
    return [{ question: `Which object ${verb}?`, answer, wrong: others(answer, wrong), half: actor.half }];
  });
}

const says = (actor: Actor, change: Change): string => `The ${actor.object.shape} ${verbPhrase(change)}.`;

/** "What happens first?" Answers exchange what the two objects do, and which does it. */
function orders(story: Story): readonly ChoiceCandidate[] {
  const [first, second] = events(story.clip);
  if (first === undefined || second === undefined) return [];
  const crossed = [says(first, second.change), says(second, first.change)];
  const [right, other] = [says(first, first.change), says(second, second.change)];
  const answers = [right, other, ...crossed];
  if (new Set(answers).size < answers.length) return [];
  return [
    { question: "What happens first?", answer: right, wrong: [other, ...crossed], half: 0, variant: "first" },
    { question: "What happens last?", answer: other, wrong: [right, ...crossed], half: 1, variant: "last" },
  ];
}
