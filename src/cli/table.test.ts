import { describe, expect, it } from "vitest";
import { table } from "./table.ts";

describe("table", () => {
  it("sets texts left and numbers right", () => {
    const rows = [
      ["vqa", 5, "a"],
      ["caption", 1234, "bb"],
    ];
    expect(table(["task", "count", "score"], rows)).toBe(
      ["task     count  score", "vqa          5  a", "caption   1234  bb"].join("\n"),
    );
  });

  it("is its header without rows", () => {
    expect(table(["a", "b"], [])).toBe("a  b");
  });
});
