import { RandomStream } from "../random.ts";
import { exampleOrder, taskSequence, type TaskSampling } from "./order.ts";

/** In which order an epoch goes through tasks and examples. */
export interface EpochOrder {
  /** Which task each batch is of, from the number of batches a task has (in the order of the tasks). */
  tasks<Name extends string>(counts: Readonly<Partial<Record<Name, number>>>, epoch: number): Name[];
  /** The order of a task's examples; `pass` counts how often the epoch went through all of them before. */
  examples(
    task: string,
    count: number,
    place: { readonly epoch: number; readonly pass: number },
  ): Uint32Array;
}

/** The original's order: seeded by the epoch alone, and cut short where a balanced task runs out of batches. */
export function originalOrder(sampling: TaskSampling): EpochOrder {
  return {
    tasks: (counts, epoch) => taskSequence(counts, epoch, sampling),
    examples: (_, count, { epoch }) => exampleOrder(count, epoch),
  };
}

/**
 * An order that depends on the run's seed. With balanced sampling every task has the same number of batches, the total
 * over the number of tasks; one that runs out of examples goes through them again, in another order.
 */
export function seededOrder(sampling: TaskSampling, seed: number): EpochOrder {
  return {
    tasks(counts, epoch) {
      const names = Object.entries(counts) as [keyof typeof counts, number][];
      const total = names.reduce((sum, [, count]) => sum + count, 0);
      const share = Math.floor(total / Math.max(1, names.length));
      const listed = names.flatMap(([name, count]) =>
        Array.from({ length: sampling === "balanced" ? share : count }, () => name),
      );
      return new RandomStream(seed, `order/tasks/${epoch}`).shuffle(listed);
    },
    examples(task, count, { epoch, pass }) {
      const stream = new RandomStream(seed, `order/${task}/${epoch}/${pass}`);
      return Uint32Array.from(stream.shuffle(Array.from({ length: count }, (_, i) => i)));
    },
  };
}
