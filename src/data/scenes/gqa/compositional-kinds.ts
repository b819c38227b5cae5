import type { RandomStream } from "../../../random.ts";
import { isUnique, relatedSelectors, shortName, shortSelector } from "../descriptions.ts";
import { COLORS, nounPhrase, RELATION_NAMES, select, SHAPES, SIZES, withArticle } from "../grammar.ts";
import type { Scene, SceneObject, Selector } from "../grammar.ts";
import type { Candidate, QuestionKind } from "../questions.ts";
import { comparisons, objectChoices, propertyChoices, relationChoices } from "./choices.ts";

/** GQA's own types of a question: what it does, and what it is about. */
export interface GqaTypes {
  readonly structural: "query" | "verify" | "logical" | "choose" | "compare";
  readonly semantic: "attr" | "rel" | "obj";
}

type CompositionalKind = QuestionKind<Scene> & { readonly types: GqaTypes };

/** Questions of two or three steps, after GQA (Hudson and Manning 2019). A further kind is a further row. */
export const COMPOSITIONAL_KINDS: Readonly<Record<string, CompositionalKind>> = {
  colorRelate: {
    types: { structural: "query", semantic: "rel" },
    candidates: (scene) => relatedQueries(scene, "color"),
  },
  shapeRelate: {
    types: { structural: "query", semantic: "rel" },
    candidates: (scene) => relatedQueries(scene, "shape"),
  },
  existRelate: { types: { structural: "verify", semantic: "rel" }, candidates: relatedExistences },
  verifyRelated: { types: { structural: "verify", semantic: "attr" }, candidates: relatedChecks },
  existBoth: {
    types: { structural: "logical", semantic: "obj" },
    candidates: (scene, stream) => jointExistences(scene, stream, "and"),
  },
  existEither: {
    types: { structural: "logical", semantic: "obj" },
    candidates: (scene, stream) => jointExistences(scene, stream, "or"),
  },
  verifyBoth: { types: { structural: "logical", semantic: "attr" }, candidates: jointChecks },
  same: { types: { structural: "compare", semantic: "attr" }, candidates: comparisons },
  chooseProperty: { types: { structural: "choose", semantic: "attr" }, candidates: propertyChoices },
  chooseRelation: { types: { structural: "choose", semantic: "rel" }, candidates: relationChoices },
  chooseObject: { types: { structural: "choose", semantic: "obj" }, candidates: objectChoices },
};

const answer = (holds: boolean): string => (holds ? "yes" : "no");

/** "What color is the small object above the star?" */
function relatedQueries(scene: Scene, property: "color" | "shape"): readonly Candidate[] {
  const kept = property === "color" ? "shape" : "color";
  return scene.objects.flatMap((object) =>
    [{ size: object.size }, { [kept]: object[kept] }].flatMap((known: Selector) =>
      relatedSelectors(scene, object, known, (other) => shortSelector(scene, other)).map((selector) => ({
        question: `What ${property} is the ${nounPhrase(selector)}?`,
        answer: object[property],
      })),
    ),
  );
}

/** "Is there a red object to the left of the circle?", about colours and sizes that the scene has, and one other. */
function relatedExistences(scene: Scene, stream: RandomStream): readonly Candidate[] {
  if (scene.objects.length < 2) return []; // always "no"
  const properties: readonly Selector[] = [
    ...scene.objects.flatMap(({ color, size }) => [{ color }, { size }]),
    { color: stream.pick(COLORS) },
  ];
  return scene.objects.flatMap((object) => {
    const to = shortSelector(scene, object);
    return RELATION_NAMES.flatMap((name) =>
      properties.map((property) => {
        const selector: Selector = { ...property, relation: { name, to } };
        return {
          question: `Is there ${withArticle(nounPhrase(selector))}?`,
          answer: answer(select(scene, selector).length > 0),
          variant: name,
        };
      }),
    );
  });
}

/** "Is the object to the right of the cross red?" */
function relatedChecks(scene: Scene, stream: RandomStream): readonly Candidate[] {
  return scene.objects.flatMap((object) =>
    relatedSelectors(scene, object, {}, (other) => shortSelector(scene, other)).flatMap((selector) => [
      check(nounPhrase(selector), "color", object.color, near(scene, object, "color", COLORS, stream)),
      check(nounPhrase(selector), "size", object.size, stream.pick(SIZES)),
    ]),
  );
}

function check(phrase: string, variant: string, right: string, asked: string): Candidate {
  return { question: `Is the ${phrase} ${asked}?`, answer: answer(asked === right), variant };
}

/** The object's own value, another object's, or any. */
function near<Property extends "color" | "shape">(
  scene: Scene,
  object: SceneObject,
  property: Property,
  all: readonly SceneObject[Property][],
  stream: RandomStream,
): SceneObject[Property] {
  const roll = stream.uniform();
  if (roll < 0.4) return object[property];
  return roll < 0.7 ? stream.pick(scene.objects)[property] : stream.pick(all);
}

const something = (selector: Selector): string => withArticle(nounPhrase(selector));

/** "Is there a star and a red object?", "Is there a star or a cross?" */
function jointExistences(scene: Scene, stream: RandomStream, word: "and" | "or"): readonly Candidate[] {
  const things = [0, 1, 2].flatMap((): readonly Selector[] => {
    const object = stream.pick(scene.objects);
    return [
      { color: near(scene, object, "color", COLORS, stream) },
      { shape: near(scene, object, "shape", SHAPES, stream) },
      stream.uniform() < 0.5 ? { color: stream.pick(COLORS) } : { shape: stream.pick(SHAPES) },
    ];
  });
  const there = (selector: Selector): boolean => select(scene, selector).length > 0;
  return things.flatMap((a, i) =>
    things.slice(i + 1).flatMap((b) => {
      if (something(a) === something(b)) return [];
      const holds = word === "and" ? there(a) && there(b) : there(a) || there(b);
      return [{ question: `Is there ${something(a)} ${word} ${something(b)}?`, answer: answer(holds) }];
    }),
  );
}

/** "Is the star red and small?" */
function jointChecks(scene: Scene, stream: RandomStream): readonly Candidate[] {
  return scene.objects.flatMap((object) => {
    const { shape } = object;
    if (!isUnique(scene, { shape })) return [];
    return [0, 1, 2].map(() => {
      const [color, size] = [near(scene, object, "color", COLORS, stream), stream.pick(SIZES)];
      return {
        question: `Is the ${shortName(scene, object)} ${size} and ${color}?`,
        answer: answer(color === object.color && size === object.size),
      };
    });
  });
}
