import type { SceneObject } from "../grammar.ts";
import type { Change } from "./clip.ts";

/** What an object does: "moves left", "turns blue", "stays". */
export function verbPhrase(change: Change | null): string {
  switch (change?.kind) {
    case undefined:
      return "stays";
    case "move":
      return `moves ${change.direction}`;
    case "turn":
      return `turns ${change.to}`;
    case "grow":
    case "shrink":
      return `${change.kind}s`;
  }
}

/** A change as an instruction: "move the red circle left", "paint the blue star green". */
export function instruction(object: SceneObject, change: Change): string {
  const noun = `the ${object.color} ${object.shape}`;
  switch (change.kind) {
    case "move":
      return `move ${noun} ${change.direction}`;
    case "turn":
      return `paint ${noun} ${change.to}`;
    case "grow":
      return `make ${noun} large`;
    case "shrink":
      return `make ${noun} small`;
  }
}
