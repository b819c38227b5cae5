import type { RandomStream } from "../../random.ts";
import { fullName, isUnique, orderedPairs, relatedSelectors, shortName } from "./descriptions.ts";
import {
  COLORS,
  nounPhrase,
  plural,
  RELATION_NAMES,
  RELATIONS,
  select,
  SHAPES,
  withArticle,
} from "./grammar.ts";
import type { RelationName, Scene, SceneObject, Selector } from "./grammar.ts";
import type { Candidate, QuestionKind } from "./questions.ts";

export type AnswerType = "yes/no" | "number" | "other";

/** What a kind says of its questions beside the question: the fields of VQA v2. */
interface VqaFields {
  /** `question_type` as VQA v2 has it: the words the question starts with, in lower case. */
  readonly type: string;
  readonly answerType: AnswerType;
}

/** What can be asked about a scene. A further kind of question is a further row. */
export const QUESTION_KINDS: Readonly<Record<string, QuestionKind<Scene> & VqaFields>> = {
  color: {
    type: "what color is the",
    answerType: "other",
    candidates: (scene) =>
      scene.objects.flatMap((object) =>
        descriptions(scene, object, "shape").map(({ phrase, variant }) => ({
          question: `What color is the ${phrase}?`,
          answer: object.color,
          variant,
        })),
      ),
  },
  shape: {
    type: "what shape is the",
    answerType: "other",
    candidates: (scene) =>
      scene.objects.flatMap((object) =>
        descriptions(scene, object, "color").map(({ phrase, variant }) => ({
          question: `What shape is the ${phrase}?`,
          answer: object.shape,
          variant,
        })),
      ),
  },
  size: {
    type: "what size is the",
    answerType: "other",
    candidates: (scene) =>
      scene.objects.map((object) => ({
        question: `What size is the ${shortName(scene, object)}?`,
        answer: object.size,
      })),
  },
  count: { type: "how many", answerType: "number", candidates: counts },
  exists: { type: "is there a", answerType: "yes/no", candidates: existences },
  related: { type: "is the", answerType: "yes/no", candidates: relationChecks },
  relative: { type: "what is", answerType: "other", candidates: relatives },
  place: {
    type: "where is the",
    answerType: "other",
    candidates: (scene) =>
      scene.objects.map((object) => ({
        question: `Where is the ${shortName(scene, object)}?`,
        answer: object.place,
      })),
  },
};

/** An object singled out: by a property it has (with its size where that is needed), or by its relation to another. */
interface Description {
  readonly phrase: string;
  readonly variant: "plain" | "related";
}

function descriptions(
  scene: Scene,
  object: SceneObject,
  property: "color" | "shape",
): readonly Description[] {
  const known: Selector = { [property]: object[property] };
  const plain = [known, { size: object.size, ...known }].find((selector) => isUnique(scene, selector));
  const related = relatedSelectors(scene, object, {}, ({ color, shape }) => ({ color, shape }));
  return [
    ...(plain === undefined ? [] : [{ phrase: nounPhrase(plain), variant: "plain" } as const]),
    ...related.map((selector) => ({ phrase: nounPhrase(selector), variant: "related" }) as const),
  ];
}

/** All objects, those of one colour, or those of one shape; none of them is an answer too. */
function counts(scene: Scene): readonly Candidate[] {
  const count = (selector: Selector, noun: string, variant: string): Candidate => ({
    question: `How many ${noun} are there?`,
    answer: String(select(scene, selector).length),
    variant,
  });
  return [
    count({}, "objects", "object"),
    ...SHAPES.map((shape) => count({ shape }, plural(shape), "shape")),
    ...COLORS.map((color) => count({ color }, `${color} objects`, "color")),
  ];
}

/** "Yes" about each object; "no" about things that share a colour or a shape with the scene, and about one other. */
function existences(scene: Scene, stream: RandomStream): readonly Candidate[] {
  const ask = (selector: Selector): Candidate => ({
    question: `Is there ${withArticle(nounPhrase(selector))}?`,
    answer: select(scene, selector).length > 0 ? "yes" : "no",
  });
  const near = scene.objects.flatMap(({ color, shape }) => [
    ask({ color, shape }),
    ask({ color: stream.pick(COLORS), shape }),
    ask({ color, shape: stream.pick(SHAPES) }),
  ]);
  return [...near, ask({ color: stream.pick(COLORS), shape: stream.pick(SHAPES) })];
}

/** Every ordered pair of objects in every relation that the pair's other order or its inverse would settle. */
function relationChecks(scene: Scene): readonly Candidate[] {
  return orderedPairs(scene).flatMap(([a, b]) =>
    RELATION_NAMES.filter((name) => settles(name, a, b)).map((name) => ({
      question: `Is the ${fullName(a)} ${RELATIONS[name].words} the ${fullName(b)}?`,
      answer: RELATIONS[name].holds(a, b) ? "yes" : "no",
      variant: name,
    })),
  );
}

/** Whether the two differ along the relation's axis, so that nobody has to judge "level with". */
function settles(name: RelationName, a: SceneObject, b: SceneObject): boolean {
  return RELATIONS[name].holds(a, b) || RELATIONS[RELATIONS[name].inverse].holds(a, b);
}

/** "What is above the blue square?", where exactly one object is. */
function relatives(scene: Scene): readonly Candidate[] {
  return orderedPairs(scene).flatMap(([object, other]) =>
    RELATION_NAMES.filter((name) => {
      const to: Selector = { color: other.color, shape: other.shape };
      return RELATIONS[name].holds(object, other) && isUnique(scene, { relation: { name, to } });
    }).map((name) => ({
      question: `What is ${RELATIONS[name].words} the ${fullName(other)}?`,
      answer: fullName(object),
    })),
  );
}
