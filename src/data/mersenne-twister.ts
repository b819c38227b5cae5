/**
 * MT19937 (Matsumoto and Nishimura, 1998), the generator behind torch's CPU tensors and Python's `random`. It is here
 * only to reproduce the orders that the original draws from it; everything else uses `RandomStream`.
 */
const SIZE = 624;
const LAG = 397;

/** The next 32-bit word of a sequence. */
export type NextWord = () => number;

/** The state after the plain seeding routine `init_genrand`, as torch seeds its CPU generator. */
function seededState(seed: number): Uint32Array {
  const state = new Uint32Array(SIZE);
  state[0] = seed;
  for (let i = 1; i < SIZE; i++) {
    const previous = state[i - 1] ?? 0;
    state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  return state;
}

/** The state after `init_by_array`, as Python seeds from an integer. */
function keyedState(key: readonly number[]): Uint32Array {
  const state = seededState(19650218);
  let i = 1;
  const stir = (factor: number, added: (step: number, i: number) => number, steps: number): void => {
    for (let step = 0; step < steps; step++) {
      const previous = state[i - 1] ?? 0;
      state[i] = ((state[i] ?? 0) ^ Math.imul(previous ^ (previous >>> 30), factor)) + added(step, i);
      i += 1;
      if (i === SIZE) {
        state[0] = state[SIZE - 1] ?? 0;
        i = 1;
      }
    }
  };
  stir(1664525, (step) => (key[step % key.length] ?? 0) + (step % key.length), Math.max(SIZE, key.length));
  stir(1566083941, (_, position) => -position, SIZE - 1);
  state[0] = 0x80000000;
  return state;
}

function wordsOf(state: Uint32Array): NextWord {
  let position = SIZE;
  const twist = (): void => {
    for (let i = 0; i < SIZE; i++) {
      const mixed = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % SIZE] ?? 0) & 0x7fffffff);
      state[i] = (state[(i + LAG) % SIZE] ?? 0) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    position = 0;
  };
  return () => {
    if (position === SIZE) twist();
    let word = state[position++] ?? 0;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  };
}

/** The words of a torch CPU generator after `manual_seed(seed)`, seed below 2³². */
export function torchWords(seed: number): NextWord {
  return wordsOf(seededState(seed));
}

/** The words of Python's `random.Random(seed)`; the sign of the seed does not count. */
export function pythonWords(seed: number): NextWord {
  const key: number[] = [];
  for (let rest = Math.abs(seed); rest > 0; rest = Math.floor(rest / 2 ** 32)) key.push(rest % 2 ** 32);
  return wordsOf(keyedState(key.length === 0 ? [0] : key));
}
