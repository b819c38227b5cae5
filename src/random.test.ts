import { describe, expect, it } from "vitest";
import { fnv1a, mix32, RandomStream } from "./random.ts";

/** Σ (observed − expected)²/expected over equally likely cells. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Chi-square has mean n − 1 and variance 2(n − 1); five deviations either way. */
function expectUniform(counts: readonly number[]): void {
  const freedom = counts.length - 1;
  expect(Math.abs(chiSquare(counts) - freedom) / Math.sqrt(2 * freedom)).toBeLessThan(5);
}

function histogram(cells: number, count: number, draw: (i: number) => number): number[] {
  const counts = Array.from({ length: cells }, () => 0);
  for (let i = 0; i < count; i++) {
    const cell = draw(i);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

function mean(values: readonly number[]): number {
  return values.reduce((x, y) => x + y, 0) / values.length;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = mean(a.map((x, i) => (x - meanA) * ((b[i] ?? 0) - meanB)));
  return product / Math.sqrt(mean(a.map((x) => (x - meanA) ** 2)) * mean(b.map((x) => (x - meanB) ** 2)));
}

const DRAWS = 100_000;

describe("golden values", () => {
  it("of the hash are those of FNV-1a's published test suite", () => {
    expect([fnv1a(""), fnv1a("a"), fnv1a("foobar")]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  it("of the mixing step are those of MurmurHash3's 32-bit finaliser", () => {
    expect([mix32(0), mix32(1), mix32(0xffffffff)]).toEqual([0, 0x514e28b7, 0x81f16f39]);
  });

  // Checkpoints and published runs depend on these: a change of the generator changes every run's numbers.
  it("of a stream never change", () => {
    const stream = new RandomStream(42, "golden");
    expect([0, 1, 2, 1_000_000].map((i) => stream.at(i))).toMatchInlineSnapshot(`
      [
        2100979918,
        1768205692,
        119726670,
        50075002,
      ]
    `);
    expect([stream.uniform(), stream.uniform(), stream.normal(), stream.integer(1000)])
      .toMatchInlineSnapshot(`
      [
        0.48917250641951304,
        0.027876036517741176,
        -0.437877655390019,
        58,
      ]
    `);
    expect(stream.shuffle(["a", "b", "c", "d", "e", "f"]).join("")).toMatchInlineSnapshot(`"aebcfd"`);
    const mask = new Uint8Array(33);
    stream.fillKeepMask(mask, 0.3);
    expect(mask.join("")).toMatchInlineSnapshot(`"111110100011010010100111111011111"`);
    expect(new RandomStream(2 ** 40 + 42, "golden").at(0)).toMatchInlineSnapshot(`3631539542`);
    expect(new RandomStream(-1, "golden").at(0)).toMatchInlineSnapshot(`1811368252`);
  });
});

describe("a stream", () => {
  it("is uniform in its high, middle and low bits", () => {
    const stream = new RandomStream(1, "bits");
    for (const shift of [24, 12, 0])
      expectUniform(histogram(256, DRAWS, (i) => (stream.at(i) >>> shift) & 255));
  });

  it("is uniform in pairs of neighbours", () => {
    const stream = new RandomStream(2, "pairs");
    expectUniform(histogram(1024, DRAWS, (i) => ((stream.at(i) >>> 27) << 5) | (stream.at(i + 1) >>> 27)));
  });

  it("gives uniform numbers below 1, integers and picks", () => {
    const stream = new RandomStream(3, "draws");
    expectUniform(histogram(100, DRAWS, () => Math.floor(stream.uniform() * 100)));
    expectUniform(histogram(7, DRAWS, () => stream.integer(7)));
    expectUniform(histogram(3, DRAWS, () => stream.pick([0, 1, 2])));
    expect(() => stream.pick([])).toThrow(RangeError);
  });

  it("gives standard normal numbers", () => {
    const stream = new RandomStream(4, "normal");
    const values = Array.from({ length: DRAWS }, () => stream.normal());
    const moment = (power: number): number => values.reduce((sum, x) => sum + x ** power, 0) / DRAWS;
    // Means 0, 1, 0, 3 with deviations √(1, 2, 15, 96)/√n.
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(DRAWS));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / DRAWS));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / DRAWS));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / DRAWS));
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it("shuffles every order equally often, without losing an item", () => {
    const stream = new RandomStream(5, "orders");
    const orders = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = stream.shuffle([1, 2, 3, 4]).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    expectUniform([...orders.values()]);
    const items = Array.from({ length: 50 }, (_, i) => i);
    expect(stream.shuffle(items).toSorted((a, b) => a - b)).toEqual(items);
  });

  it("is a function of its counter: looking ahead changes nothing", () => {
    const [calm, curious] = [new RandomStream(6, "same"), new RandomStream(6, "same")];
    curious.at(12345);
    curious.fillKeepMask(new Uint8Array(64), 0.5);
    expect(curious.uniform()).toBe(calm.uniform());
  });
});

describe("all streams together", () => {
  const seeds = Array.from({ length: 20_000 }, (_, i) => i - 10_000);

  it.each([0, 1, 2, 3, 4, 1000])("are uniform at counter %d, over seeds and over names", (counter) => {
    const bySeed = seeds.map((seed) => new RandomStream(seed, "one name").at(counter));
    const byName = seeds.map((seed) => new RandomStream(0, `name ${seed}`).at(counter));
    for (const words of [bySeed, byName]) {
      for (const shift of [0, 24]) {
        expectUniform(histogram(256, words.length, (i) => ((words[i] ?? 0) >>> shift) & 255));
      }
      // 20000 of 2^32 words: a twentieth of a pair is expected to coincide.
      expect(new Set(words).size).toBeGreaterThan(words.length - 4);
    }
  });
});

describe("two streams", () => {
  it.each([
    ["seeds", new RandomStream(0, "w"), new RandomStream(1, "w")],
    ["seeds that differ beyond 32 bits", new RandomStream(7, "w"), new RandomStream(7 + 2 ** 32, "w")],
    ["names", new RandomStream(0, "layer.0.dropout"), new RandomStream(0, "layer.1.dropout")],
    ["steps", new RandomStream(0, "dropout@1"), new RandomStream(0, "dropout@2")],
  ])("of different %s are independent", (_, a, b) => {
    const numbers = (stream: RandomStream): number[] =>
      Array.from({ length: DRAWS }, (__, i) => stream.at(i));
    const [first, second] = [numbers(a), numbers(b)];
    expect(Math.abs(correlation(first, second))).toBeLessThan(5 / Math.sqrt(DRAWS));
    expectUniform(histogram(1024, DRAWS, (i) => ((a.at(i) >>> 27) << 5) | (b.at(i) >>> 27)));
    // Not the same sequence shifted by a few places either.
    for (const lag of [1, 2, 3]) {
      expect(Math.abs(correlation(first.slice(lag), second))).toBeLessThan(5 / Math.sqrt(DRAWS - lag));
    }
  });

  it("of a seed and a name are the same", () => {
    expect(new RandomStream(9, "x").uniform()).toBe(new RandomStream(9, "x").uniform());
  });
});

/** A mask written over sevens, to see that every element is written. */
function filled(length: number, rate: number): Uint8Array {
  const mask = new Uint8Array(length).fill(7);
  new RandomStream(10, "ends").fillKeepMask(mask, rate);
  return mask;
}

describe("a keep mask", () => {
  it.each([0.05, 0.1, 0.3, 0.5, 0.9])("drops a share of %d", (rate) => {
    const mask = new Uint8Array(DRAWS);
    new RandomStream(8, `rate ${rate}`).fillKeepMask(mask, rate);
    const dropped = mask.filter((kept) => kept === 0).length / DRAWS;
    expect(Math.abs(dropped - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / DRAWS));
    expect(mask.every((kept) => kept === 0 || kept === 1)).toBe(true);
  });

  it("drops neighbours independently, the two halves of a word included", () => {
    const mask = new Uint8Array(2 * DRAWS);
    new RandomStream(9, "neighbours").fillKeepMask(mask, 0.5);
    expectUniform(histogram(4, DRAWS, (i) => 2 * (mask[2 * i] ?? 0) + (mask[2 * i + 1] ?? 0)));
    expectUniform(histogram(4, DRAWS - 1, (i) => 2 * (mask[2 * i + 1] ?? 0) + (mask[2 * i + 2] ?? 0)));
  });

  it("keeps everything at rate 0, nothing at rate 1, and fills odd lengths to the end", () => {
    expect(filled(5, 0)).toEqual(new Uint8Array(5).fill(1));
    expect(filled(5, 1)).toEqual(new Uint8Array(5));
    expect(filled(1, 0)).toEqual(Uint8Array.of(1));
    expect(filled(0, 0.5)).toEqual(new Uint8Array(0));
  });
});
