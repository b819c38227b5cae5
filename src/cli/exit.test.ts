import { CommanderError } from "commander";
import { afterEach, describe, expect, it, vi } from "vitest";
import { VlPetError } from "../error.ts";
import { reportFailure } from "./exit.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

function reported(error: unknown): { readonly code: number; readonly told: string } {
  const lines: string[] = [];
  const code = reportFailure(error, (text) => lines.push(text));
  return { code, told: lines.join("\n") };
}

describe("reportFailure", () => {
  it("tells the parts of an error of ours", () => {
    const error = new VlPetError("data", "it is cut short", { where: "a.h5", fix: "copy it again" });
    expect(reported(error)).toEqual({ code: 1, told: "vlpet: a.h5: it is cut short\n  fix: copy it again" });
  });

  it("ends with 130 when the user stopped it", () => {
    expect(reported(new VlPetError("interrupted", "stopped")).code).toBe(130);
  });

  it("leaves wrong usage to the parser, and takes help for success", () => {
    expect(reported(new CommanderError(1, "commander.unknownOption", "x"))).toEqual({ code: 2, told: "" });
    expect(reported(new CommanderError(0, "commander.helpDisplayed", "x"))).toEqual({ code: 0, told: "" });
  });

  it("hides the stack of anything else, unless it is asked for", () => {
    const { code, told } = reported(new TypeError("x is not a function"));
    expect(code).toBe(1);
    expect(told).toContain("x is not a function");
    expect(told).toContain("VLPET_DEBUG=1");
    expect(told).not.toContain("    at ");
    vi.stubEnv("VLPET_DEBUG", "1");
    expect(reported(new TypeError("x")).told).toContain("    at ");
    expect(reported("a thrown text").told).toContain("a thrown text");
  });
});
