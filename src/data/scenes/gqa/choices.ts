import type { RandomStream } from "../../../random.ts";
import { isUnique, orderedPairs, shortName } from "../descriptions.ts";
import { COLORS, RELATIONS, rowAndColumn, SHAPES, SIZES } from "../grammar.ts";
import type { Scene, SceneObject } from "../grammar.ts";
import type { Candidate } from "../questions.ts";

/** "Do the star and the square have the same color?", of colours, shapes and sizes. */
export function comparisons(scene: Scene): readonly Candidate[] {
  return orderedPairs(scene).flatMap(([a, b]) => {
    const [first, second] = [shortName(scene, a), shortName(scene, b)];
    const found = [
      compared(first, second, "color", a.color === b.color),
      compared(first, second, "size", a.size === b.size),
    ];
    if ([a, b].every(({ color }) => isUnique(scene, { color }))) {
      found.push(compared(`${a.color} object`, `${b.color} object`, "shape", a.shape === b.shape));
    }
    return found;
  });
}

function compared(first: string, second: string, variant: string, same: boolean): Candidate {
  return {
    question: `Do the ${first} and the ${second} have the same ${variant}?`,
    answer: same ? "yes" : "no",
    variant,
  };
}

/** "Is the star red or blue?", "Is the star large or small?", "Is the red object a circle or a star?" */
export function propertyChoices(scene: Scene, stream: RandomStream): readonly Candidate[] {
  const presentColors = scene.objects.map((object) => object.color);
  const presentShapes = scene.objects.map((object) => object.shape);
  return scene.objects.flatMap(({ color, shape, size }) => {
    const choices: Candidate[] = [];
    if (isUnique(scene, { shape })) {
      const colors = stream.shuffle([color, otherThan(color, COLORS, presentColors, stream)]);
      choices.push({ question: `Is the ${shape} ${colors.join(" or ")}?`, answer: color, variant: "color" });
      const sizes = stream.shuffle(SIZES);
      choices.push({ question: `Is the ${shape} ${sizes.join(" or ")}?`, answer: size, variant: "size" });
    }
    if (isUnique(scene, { color })) {
      const shapes = stream.shuffle([shape, otherThan(shape, SHAPES, presentShapes, stream)]);
      const question = `Is the ${color} object a ${shapes.join(" or a ")}?`;
      choices.push({ question, answer: shape, variant: "shape" });
    }
    return choices;
  });
}

/** Another value than the right one: half of the time one that the scene has. */
function otherThan<Value extends string>(
  right: Value,
  all: readonly Value[],
  present: readonly Value[],
  stream: RandomStream,
): Value {
  const near = present.filter((value) => value !== right);
  if (near.length > 0 && stream.uniform() < 0.5) return stream.pick(near);
  return stream.pick(all.filter((value) => value !== right));
}

/** "Is the star to the left or to the right of the cross?", "Is the star above or below the cross?" */
export function relationChoices(scene: Scene): readonly Candidate[] {
  return orderedPairs(scene).flatMap(([a, b]) => {
    const [first, second] = [shortName(scene, a), shortName(scene, b)];
    const [here, there] = [rowAndColumn(a.place), rowAndColumn(b.place)];
    const choices: Candidate[] = [];
    if (here.column !== there.column) {
      choices.push({
        question: `Is the ${first} to the left or to the right of the ${second}?`,
        answer: RELATIONS.left.holds(a, b) ? "left" : "right",
        variant: "column",
      });
    }
    if (here.row !== there.row) {
      choices.push({
        question: `Is the ${first} above or below the ${second}?`,
        answer: RELATIONS.above.holds(a, b) ? "above" : "below",
        variant: "row",
      });
    }
    return choices;
  });
}

/** "Which is higher, the star or the red circle?", and lower, larger, smaller, further to the left or right. */
const COMPARATIVES: Readonly<Record<string, (a: SceneObject, b: SceneObject) => boolean>> = {
  "on the left": RELATIONS.left.holds,
  "on the right": RELATIONS.right.holds,
  higher: RELATIONS.above.holds,
  lower: RELATIONS.below.holds,
  larger: (a, b) => a.size === "large" && b.size === "small",
  smaller: (a, b) => a.size === "small" && b.size === "large",
};

/** Which of two objects is larger, higher, …, where one of them is. */
export function objectChoices(scene: Scene): readonly Candidate[] {
  return orderedPairs(scene).flatMap(([a, b]) => {
    const [first, second] = [shortName(scene, a), shortName(scene, b)];
    return Object.entries(COMPARATIVES).flatMap(([comparative, holds]) => {
      if (!holds(a, b) && !holds(b, a)) return [];
      const question = `Which is ${comparative}, the ${first} or the ${second}?`;
      return [{ question, answer: holds(a, b) ? first : second, variant: comparative }];
    });
  });
}
