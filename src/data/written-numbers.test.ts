import { describe, expect, it } from "vitest";
import { parsedAsWritten, WrittenNumber } from "./written-numbers.ts";

function texts(json: string): unknown {
  return JSON.parse(
    JSON.stringify(parsedAsWritten(json), (_, value: unknown) =>
      value instanceof WrittenNumber ? `${value.value} from ${value.text}` : value,
    ),
  );
}

describe("parsedAsWritten", () => {
  it("tells apart what JSON.parse does not", () => {
    expect(texts('{"ts": [5.0, 5], "id": 1e2, "none": null}')).toEqual({
      ts: ["5 from 5.0", "5 from 5"],
      id: "100 from 1e2",
      none: null,
    });
  });

  it("leaves digits in strings and keys alone", () => {
    const json = String.raw`{"9": "7.50 \"8\" \\", "b\\": [1.50, "2"], "a": -0.5}`;
    expect(texts(json)).toEqual({ "9": '7.50 "8" \\', "b\\": ["1.5 from 1.50", "2"], a: "-0.5 from -0.5" });
  });

  it.each(["[01]", "[1.]", "[1.5.5]", "[.5]", "{'a': 1}", ""])("refuses %j, which is no JSON", (json) => {
    expect(() => parsedAsWritten(json)).toThrow(SyntaxError);
  });
});

describe("WrittenNumber", () => {
  // What Python 3 prints for json.loads of the text.
  it.each([
    ["0", "0"],
    ["-0", "0"],
    ["12345678901234567890", "12345678901234567890"],
    ["5.0", "5.0"],
    ["0.0", "0.0"],
    ["35.73", "35.73"],
    ["35.730", "35.73"],
    ["1e2", "100.0"],
    ["2.5E-3", "0.0025"],
    ["0.0001", "0.0001"],
    ["0.00005", "5e-05"],
    ["1234567890123456.5", "1234567890123456.5"],
    ["1e16", "1e+16"],
    ["-1.25e-7", "-1.25e-07"],
  ])("%s is %s in Python", (text, printed) => {
    expect(new WrittenNumber(text).inPython).toBe(printed);
  });
});
