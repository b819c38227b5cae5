import { describe, expect, it } from "vitest";
import { originalOrder, seededOrder } from "./epoch-order.ts";

const COUNTS = { a: 4, b: 5, c: 2, d: 1 } as const;

describe("originalOrder", () => {
  it("does not depend on anything but the epoch", () => {
    const order = originalOrder("roundrobin");
    expect(order.tasks(COUNTS, 0).join("")).toBe("acbbcaabbadb".split("").toReversed().join(""));
    expect([...order.examples("a", 10, { epoch: 1, pass: 0 })]).toEqual([5, 6, 1, 2, 0, 8, 9, 3, 7, 4]);
    expect(order.examples("b", 10, { epoch: 1, pass: 0 })).toEqual(
      order.examples("a", 10, { epoch: 1, pass: 0 }),
    );
  });
});

describe("seededOrder", () => {
  it("mixes tasks in proportion to their batches, otherwise for another seed or epoch", () => {
    const tasks = seededOrder("roundrobin", 1).tasks(COUNTS, 0);
    expect(tasks.toSorted().join("")).toBe("aaaabbbbbccd");
    expect(seededOrder("roundrobin", 1).tasks(COUNTS, 0)).toEqual(tasks);
    expect(seededOrder("roundrobin", 2).tasks(COUNTS, 0)).not.toEqual(tasks);
    expect(seededOrder("roundrobin", 1).tasks(COUNTS, 1)).not.toEqual(tasks);
  });

  it("gives every task the same number of batches when balanced", () => {
    expect(seededOrder("balanced", 1).tasks(COUNTS, 0).toSorted().join("")).toBe("aaabbbcccddd");
  });

  it("goes through all examples, each pass in an order of its own", () => {
    const order = seededOrder("roundrobin", 7);
    const first = order.examples("a", 50, { epoch: 0, pass: 0 });
    expect([...first].toSorted((x, y) => x - y)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(order.examples("a", 50, { epoch: 0, pass: 1 })).not.toEqual(first);
    expect(order.examples("b", 50, { epoch: 0, pass: 0 })).not.toEqual(first);
    expect(order.examples("a", 50, { epoch: 0, pass: 0 })).toEqual(first);
  });
});
