import { VlPetError } from "../error.ts";
import { pythonWords, torchWords } from "./mersenne-twister.ts";

/** From this length on torch draws permutations in another way. */
const TORCH_LIMIT = Math.floor(2 ** 32 / 20);

/** `torch.randperm(length)` of a CPU generator with this seed, bit for bit. */
export function torchPermutation(length: number, seed: number): Uint32Array {
  if (length >= TORCH_LIMIT) {
    throw new VlPetError("config", "too many examples for the original's order", {
      expected: `fewer than ${TORCH_LIMIT}`,
      received: String(length),
    });
  }
  const next = torchWords(seed);
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = 0; i < length - 1; i++) {
    const j = i + (next() % (length - i));
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
  return order;
}

/** Python's `random.Random(seed).shuffle(items)`, bit for bit, on a copy. */
export function pythonShuffle<T>(items: readonly T[], seed: number): T[] {
  const next = pythonWords(seed);
  const below = (bound: number): number => {
    const unused = Math.clz32(bound);
    let drawn = next() >>> unused;
    while (drawn >= bound) drawn = next() >>> unused;
    return drawn;
  };
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

/**
 * The indices of one epoch's examples for one of `ranks` processes, as the original's distributed sampler gives them:
 * a permutation seeded with the epoch, filled up from its own start to a multiple of `ranks`, dealt out in turn.
 * Quirk: the order does not depend on the run's seed.
 */
export function exampleOrder(
  count: number,
  epoch: number,
  { rank = 0, ranks = 1 }: { readonly rank?: number; readonly ranks?: number } = {},
): Uint32Array {
  const order = torchPermutation(count, epoch);
  if (ranks === 1 || count === 0) return order;
  return Uint32Array.from(
    { length: Math.ceil(count / ranks) },
    (_, i) => order[(i * ranks + rank) % count] ?? 0,
  );
}

/** How the batches of several tasks are mixed; the names are the original's. */
export type TaskSampling = "roundrobin" | "balanced";

/**
 * Which task each step of an epoch trains, from the number of batches per task (in the order of the tasks).
 *
 * Quirk: `roundrobin` is no rotation. Every task is listed as often as it has batches, the list is shuffled with the
 * epoch as seed, and the steps take it from its end. `balanced` gives every task the same number of entries, the total
 * over the number of tasks; as in the original the epoch ends, for all tasks, where one task runs out of batches.
 */
export function taskSequence<Name extends string>(
  counts: Readonly<Partial<Record<Name, number>>>,
  epoch: number,
  sampling: TaskSampling = "roundrobin",
): Name[] {
  const tasks = Object.entries(counts) as [Name, number][];
  const total = tasks.reduce((sum, [, count]) => sum + count, 0);
  const share = Math.floor(total / Math.max(1, tasks.length));
  const listed = tasks.flatMap(([name, count]) =>
    Array.from({ length: sampling === "balanced" ? share : count }, () => name),
  );
  const steps = pythonShuffle(listed, epoch).toReversed();
  if (sampling === "roundrobin") return steps;
  const left = new Map(tasks);
  const end = steps.findIndex((name) => {
    const batches = left.get(name) ?? 0;
    left.set(name, batches - 1);
    return batches === 0;
  });
  return end === -1 ? steps : steps.slice(0, end);
}
