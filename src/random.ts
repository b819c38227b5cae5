/**
 * Counter-based random numbers: element `i` of a named stream is a pure function of (seed, name, i). Nothing is
 * carried from one draw to the next, so a resumed run, a second thread or a reordered loop sees the same numbers.
 * The mixing steps are the 32-bit finaliser of MurmurHash3 applied twice, the stream's key in between.
 */

const GOLDEN = 0x9e3779b9; // 2^32 / golden ratio: spreads consecutive counters over the whole word

/** 32-bit FNV-1a over the UTF-8 bytes of a name. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** MurmurHash3's 32-bit finaliser: a bijection that flips about half the bits for any changed bit. */
export function mix32(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** One named sequence of random numbers. All methods but `at` and `fillKeepMask` advance the cursor. */
export class RandomStream {
  readonly #first: number;
  readonly #second: number;
  #cursor = 0;

  constructor(seed: number, name: string) {
    const hash = fnv1a(name);
    const [low, high] = [seed >>> 0, Math.floor(seed / 2 ** 32)];
    this.#first = mix32(hash ^ mix32(low));
    // Not derived from the first key: a second key that some counter's inner word equals in every stream would make
    // that word 0 in every stream.
    this.#second = mix32(mix32(hash + GOLDEN) ^ mix32(low + Math.imul(high + 1, GOLDEN)));
  }

  /** The 32-bit word at counter `i`. */
  at(i: number): number {
    return mix32(mix32(Math.imul(i, GOLDEN) + this.#first) ^ this.#second);
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    const high = this.at(this.#cursor++) >>> 5;
    const low = this.at(this.#cursor++) >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** Standard normal (Box-Muller, the cosine half). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Integer in [0, below). */
  integer(below: number): number {
    return Math.floor(this.uniform() * below);
  }

  /** One element of a non-empty list. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(items.length)];
    if (item === undefined) throw new RangeError("pick() needs a non-empty list");
    return item;
  }

  /** A shuffled copy (Fisher-Yates from the end). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [out[i], out[j]] = [out[j] as T, out[i] as T];
    }
    return out;
  }

  /**
   * Fills `mask` with 1 where an element is kept and 0 where it is dropped. Each 32-bit word serves two
   * elements, so the rate is rounded to a multiple of 1/65536.
   */
  fillKeepMask(mask: Uint8Array, dropRate: number): void {
    const threshold = Math.round(dropRate * 65536);
    const pairs = mask.length >> 1;
    for (let i = 0; i < pairs; i++) {
      const word = this.at(i);
      mask[2 * i] = (word & 0xffff) >= threshold ? 1 : 0;
      mask[2 * i + 1] = word >>> 16 >= threshold ? 1 : 0;
    }
    if (mask.length & 1) mask[mask.length - 1] = (this.at(pairs) & 0xffff) >= threshold ? 1 : 0;
  }
}
