import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";

/** Ticks of /proc a second, on every Linux in use. */
const TICKS = 100;
/** Parts of all cores that others may use while something is measured. */
const TOLERATED = 0.06;
/** How long to wait and try for one value, and how long others must have been quiet before a try. */
const PATIENCE_MS = 30_000;
const WINDOW_MS = 150;

/** Ticks that all cores were busy so far. */
async function busyTicks(): Promise<number> {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = (
    await readFile("/proc/stat", "utf8")
  )
    .split("\n", 1)
    .join("")
    .split(/\s+/)
    .map(Number);
  return user + nice + system + irq + soft + steal;
}

/** Ticks that some processes were at work so far. */
async function ticksOf(processes: readonly number[]): Promise<number> {
  let sum = 0;
  for (const id of processes) {
    const text = await readFile(`/proc/${id}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    sum += Number(fields[11]) + Number(fields[12]); // user and system time
  }
  return sum;
}

/** A value, and which part of all cores others used while it was made. */
export interface Measured<T> {
  readonly value: T;
  readonly foreign: number;
}

const wait = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));

async function measured<T>(processes: readonly number[], work: () => Promise<T>): Promise<Measured<T>> {
  const [busy, own, start] = [await busyTicks(), await ticksOf(processes), performance.now()];
  const value = await work();
  const ticks = ((performance.now() - start) / 1000) * TICKS * availableParallelism();
  const others = (await busyTicks()) - busy - ((await ticksOf(processes)) - own);
  return { value, foreign: Math.max(0, others / ticks) };
}

/**
 * Does some work until it was done while others left the machine alone (this process and `processes` do not count), or
 * gives the quietest of many tries. Linux only.
 */
export async function quietly<T>(processes: readonly number[], work: () => Promise<T>): Promise<Measured<T>> {
  const all = [process.pid, ...processes];
  const end = performance.now() + PATIENCE_MS;
  let best: Measured<T> | null = null;
  while (best === null || (best.foreign > TOLERATED && performance.now() < end)) {
    const before = await measured(all, () => wait(WINDOW_MS));
    if (before.foreign > TOLERATED && performance.now() < end) continue;
    const made = await measured(all, work);
    if (best === null || made.foreign < best.foreign) best = made;
  }
  return best;
}
