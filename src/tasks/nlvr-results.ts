import { readText } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { resultMap } from "./result-list.ts";

/** The answers, of which the later one counts when the model finds both equally likely: "true" must be likelier. */
export const TRUTHS = ["true", "false"] as const;

/** Whether an answer says that the statement is true. @throws VlPetError "data" for any other text than the two. */
export function saysTrue(identifier: string, text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new VlPetError("data", "this is no answer to a statement", {
    where: `nlvr statement ${identifier}`,
    expected: TRUTHS.join(" or "),
    received: JSON.stringify(text),
    fix: "predict one of the two words",
  });
}

/** NLVR2's result file: a line `identifier,True` or `identifier,False` for each statement. */
export function truthFile(results: readonly (readonly [identifier: string, text: string])[]): string {
  return results.map(([id, text]) => `${id},${saysTrue(id, text) ? "True" : "False"}\n`).join("");
}

/**
 * Predictions, "true" or "false", by identifier from a result file.
 *
 * @throws VlPetError "data" when the file cannot be read, has another line, or holds an identifier twice.
 */
export async function readTruthFile(file: string): Promise<ReadonlyMap<string, string>> {
  const results: (readonly [string, string])[] = [];
  for (const [i, line] of (await readText(file)).split("\n").entries()) {
    if (line.trim() === "") continue;
    const [identifier = "", word = "", ...more] = line.split(",").map((part) => part.trim());
    const truth = more.length > 0 ? undefined : TRUTHS.find((known) => known === word.toLowerCase());
    if (identifier === "" || truth === undefined) {
      throw new VlPetError("data", "this is no line of an NLVR2 result file", {
        where: `${file}:${i + 1}`,
        expected: "an identifier, a comma, and True or False",
        received: line.slice(0, 60),
        fix: "write one such line for each statement, without a header",
      });
    }
    results.push([identifier, truth]);
  }
  return resultMap(results, file);
}
