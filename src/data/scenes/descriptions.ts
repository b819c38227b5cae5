import { nounPhrase, RELATION_NAMES, select } from "./grammar.ts";
import type { Scene, SceneObject, Selector } from "./grammar.ts";

/** Whether a selector picks out exactly one object of the scene. */
export function isUnique(scene: Scene, selector: Selector): boolean {
  return select(scene, selector).length === 1;
}

/** Picks an object out by its shape alone when that is enough, else by colour and shape, which no two objects share. */
export function shortSelector(scene: Scene, { color, shape }: SceneObject): Selector {
  return isUnique(scene, { shape }) ? { shape } : { color, shape };
}

/** What {@link shortSelector} reads as: "star", "red circle". */
export function shortName(scene: Scene, object: SceneObject): string {
  return nounPhrase(shortSelector(scene, object));
}

/** "red circle" */
export function fullName({ color, shape }: SceneObject): string {
  return nounPhrase({ color, shape });
}

/** Every ordered pair of different objects. */
export function orderedPairs(scene: Scene): readonly (readonly [SceneObject, SceneObject])[] {
  return scene.objects.flatMap((a) => scene.objects.filter((b) => b !== a).map((b) => [a, b] as const));
}

/** The selectors that add to `known` a relation to one other object and thereby single `object` out. */
export function relatedSelectors(
  scene: Scene,
  object: SceneObject,
  known: Selector,
  name: (other: SceneObject) => Selector,
): readonly Selector[] {
  const selectors = scene.objects
    .filter((other) => other !== object)
    .flatMap((other) =>
      RELATION_NAMES.map((relation): Selector => {
        const to = name(other);
        return Object.assign({ relation: { name: relation, to } }, known);
      }),
    );
  return selectors.filter(
    (selector) => isUnique(scene, selector) && select(scene, selector).includes(object),
  );
}
