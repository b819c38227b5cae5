import { withArticle } from "../grammar.ts";
import type { SceneObject } from "../grammar.ts";
import type { Change } from "./clip.ts";

/** What an object does: "moves left", "turns blue", "disappears". */
export function verbPhrase(change: Change): string {
  switch (change.kind) {
    case "move":
      return `moves ${change.direction}`;
    case "turn":
      return `turns ${change.to}`;
    case "appear":
    case "disappear":
    case "grow":
    case "shrink":
      return `${change.kind}s`;
  }
}

/** The same as an instruction: "move the red circle left", "add a blue star". */
export function instruction(object: SceneObject, change: Change): string {
  const noun = `the ${object.color} ${object.shape}`;
  switch (change.kind) {
    case "move":
      return `move ${noun} ${change.direction}`;
    case "turn":
      return `paint ${noun} ${change.to}`;
    case "appear":
      return `add ${withArticle(`${object.color} ${object.shape}`)}`;
    case "disappear":
      return `remove ${noun}`;
    case "grow":
      return `make ${noun} large`;
    case "shrink":
      return `make ${noun} small`;
  }
}
