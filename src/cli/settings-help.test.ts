import { describe, expect, it } from "vitest";
import { PRESETS } from "../config/index.ts";
import { settingsHelp } from "./settings-help.ts";

describe("settingsHelp", () => {
  const [, presets = ""] = settingsHelp().split("\nPresets:\n");

  it("names every preset once, behind the title of its group", () => {
    const words = presets.split(/\s+/);
    for (const name of Object.keys(PRESETS)) expect(words.filter((word) => word === name)).toEqual([name]);
    expect(presets).toMatch(/^ {2}VL-PET on T5: vl-pet-large-t5 /m);
    expect(presets).toMatch(/^ {2}Built-in scenes: scenes\b/m);
  });

  it("keeps the presets within a terminal of 80 columns", () => {
    expect(presets.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });
});
