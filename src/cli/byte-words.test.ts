import { expect, it } from "vitest";
import { byteWords } from "./byte-words.ts";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [24_744_000_000, "24.7 GB"],
  [3e16, "30000.0 TB"],
])("%i bytes are %s", (bytes, words) => {
  expect(byteWords(bytes)).toBe(words);
});
