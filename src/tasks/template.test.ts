import { describe, expect, it } from "vitest";
import { filledTemplate, templateParts } from "./template.ts";

function filled(template: string, values: Readonly<Record<string, string>>): string {
  return filledTemplate(templateParts(template) ?? [], (name) => values[name] ?? "?");
}

describe("a template", () => {
  it("has values in place of names", () => {
    expect(filled("question: {question} choices: {choices}", { question: "a?", choices: "b, c" })).toBe(
      "question: a? choices: b, c",
    );
    expect(filled("{two words}{x}", { "two words": "a", x: "{y}" })).toBe("a{y}");
    expect(filled("", {})).toBe("");
  });

  it("has a brace where one is written twice", () => {
    expect(filled("{{{x}}} }}{{", { x: "1" })).toBe("{1} }{");
  });

  it.each(["{", "a}", "{}", "{a", "{a}}", "{{a}", "{a{b}}"])("%s is none", (text) => {
    expect(templateParts(text)).toBeNull();
  });
});
