import * as v from "valibot";
import { readJsonEntries } from "../data/json-entries.ts";
import { resultMap } from "./result-list.ts";

/** A prediction file holds the choice's place, which is one digit. */
const Choice = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9));

/** What the model writes to choose one of the answers, by its place from 0. */
export function choiceName(place: number): string {
  return `a${place}`;
}

/**
 * The place of the choice that a generated text names.
 * Quirk: the place is the text's second character, whatever the first is, and 0 where that is no digit, so any text at
 * all chooses something.
 */
export function chosenPlace(text: string): number {
  const [, second = ""] = text;
  return /^\d$/.test(second) ? Number(second) : 0;
}

/** The prediction file of VALUE: one object from question id to the chosen place, in the given order. */
export function choiceFile(answers: readonly (readonly [id: string, text: string])[]): string {
  // Written by hand: an object's own order would put ids that are numbers first, smallest first.
  return `{${answers.map(([id, text]) => `${JSON.stringify(id)}: ${chosenPlace(text)}`).join(", ")}}\n`;
}

/** Reads a prediction file of VALUE: the choice's name by question id. @throws VlPetError "data" as `Task.readResults`. */
export async function readChoiceFile(file: string): Promise<ReadonlyMap<string, string>> {
  const answers: [string, string][] = [];
  for await (const { key, value } of readJsonEntries(file, Choice)) answers.push([key, choiceName(value)]);
  return resultMap(answers, file);
}
