import { resolve } from "node:path";
import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { demoCommand, type DemoOptions } from "./demo.ts";

async function parsed(...args: readonly string[]): Promise<DemoOptions | null> {
  let given: DemoOptions | null = null;
  const run = async (options: DemoOptions): Promise<void> => {
    given = options;
  };
  const quietly = { writeErr: () => undefined };
  await demoCommand(run).exitOverride().configureOutput(quietly).parseAsync(args, { from: "user" });
  return given;
}

describe("vlpet demo", () => {
  it("hands its options on", async () => {
    expect(await parsed()).toMatchObject({ output: resolve("runs/demo"), seed: 1, quiet: false });
    const given = await parsed("-o", "/somewhere", "--seed", "0", "-q");
    expect(given).toMatchObject({ output: "/somewhere", seed: 0, quiet: true });
    expect(given?.signal.aborted).toBe(false);
  });

  it.each(["one", "-1", "1.5"])("refuses the seed %s", async (seed) => {
    await expect(parsed(`--seed=${seed}`)).rejects.toBeInstanceOf(CommanderError);
  });
});
