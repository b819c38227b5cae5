import { describe, expect, it } from "vitest";
import { ahead } from "./ahead.ts";

describe("ahead", () => {
  it("gives every item once, in order, and makes no more than so many beyond the one in use", async () => {
    const begun: number[] = [];
    const items = ahead(
      (index) => {
        begun.push(index);
        return Promise.resolve(index * 10);
      },
      { start: 3, end: 8, depth: 2 },
    );
    expect(begun).toEqual([3, 4]);
    expect(await items.next()).toBe(30);
    expect(begun).toEqual([3, 4, 5]);
    const rest: number[] = [];
    for (let i = 4; i < 8; i++) rest.push(await items.next());
    expect(rest).toEqual([40, 50, 60, 70]);
    expect(begun).toEqual([3, 4, 5, 6, 7]);
    expect(() => items.next()).toThrow(RangeError);
  });

  it("reports a failure in its turn and begins nothing behind it", async () => {
    const begun: number[] = [];
    const items = ahead(
      (index) => {
        begun.push(index);
        return index === 1 ? Promise.reject(new Error("no such image")) : Promise.resolve(index);
      },
      { start: 0, end: 10, depth: 2 },
    );
    await Promise.resolve();
    await Promise.resolve();
    expect(await items.next()).toBe(0);
    await expect(items.next()).rejects.toThrow("no such image");
    expect(begun).toEqual([0, 1]);
  });
});
