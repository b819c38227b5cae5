import { describe, expect, it } from "vitest";
import { predictCommand } from "./predict.ts";

/** What the command says about its options, before any model is looked for. */
async function complaint(args: readonly string[]): Promise<string> {
  let said = "";
  const command = predictCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => (said += text) });
  await expect(command.parseAsync(args, { from: "user" })).rejects.toThrow();
  return said;
}

describe("vlpet predict", () => {
  it.each([
    [["--time", "9"], "Give seconds from and to"],
    [["--time", "9-3"], "Give seconds from and to"],
    [["--part", "question"], "Give a name and a text"],
    [["--run", "r"], "give either --image or --features or --clip"],
    [["--image", "a.png", "--clip", "b.h5"], "give either --image or --features or --clip"],
    [["--input", "rows.csv"], "--input and --output belong together"],
    [["--input", "a.csv", "--output", "x", "--question", "a"], "the table says what --question would"],
    [["--input", "a.csv", "--output", "x", "--image", "a"], "the table says what --image would"],
  ])("%j is wrong usage", async (args, says) => {
    expect(await complaint(args)).toContain(says);
  });
});
