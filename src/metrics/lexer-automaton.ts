/**
 * Patterns compiled to one automaton that tells, in a single pass, the longest match at a position and the first pattern that
 * reaches it. The deterministic states are built when text first needs them (lazy subset construction), so
 * large rule tables cost nothing until used and matching never backtracks.
 */
import { LAST_UNIT, type Pattern, type UnitSet } from "./lexer-pattern.ts";

/** Splits all code units into classes that no set of the patterns tells apart. */
export interface UnitClasses {
  readonly classOf: Uint16Array;
  readonly count: number;
  /** One byte a class: 1 where the class lies in the set. */
  readonly membersOf: (set: UnitSet) => Uint8Array;
}

function collectSets(pattern: Pattern, found: Set<UnitSet>): void {
  if (pattern.kind === "units") found.add(pattern);
  else if (pattern.kind === "sequence") for (const part of pattern.parts) collectSets(part, found);
  else if (pattern.kind === "choice") for (const option of pattern.options) collectSets(option, found);
  else collectSets(pattern.part, found);
}

/** Class of each run of units between two borders: refined by one set after the other, then numbered without gaps. */
function runClasses(starts: readonly number[], sets: Iterable<UnitSet>): number[] {
  const runAt = new Map(starts.map((start, run) => [start, run]));
  const refined = new Uint32Array(starts.length);
  let next = 1;
  for (const { ranges } of sets) {
    const inside = new Map<number, number>();
    for (const [first, last] of ranges) {
      for (let run = runAt.get(first) ?? 0; (starts[run] ?? Infinity) <= last; run++) {
        const old = refined[run] ?? 0;
        const split = inside.get(old) ?? next++;
        inside.set(old, split);
        refined[run] = split;
      }
    }
  }
  const dense = new Map([...new Set(refined)].map((sparse, index) => [sparse, index]));
  return Array.from(refined, (sparse) => dense.get(sparse) ?? 0);
}

function contains({ ranges }: UnitSet, unit: number): boolean {
  return ranges.some(([first, last]) => first <= unit && unit <= last);
}

/** The coarsest classes for a list of patterns; automata over the same patterns share them. */
export function unitClasses(patterns: readonly Pattern[]): UnitClasses {
  const sets = new Set<UnitSet>();
  for (const pattern of patterns) collectSets(pattern, sets);
  const borders = new Set([0]);
  for (const { ranges } of sets) for (const [first, last] of ranges) borders.add(first).add(last + 1);
  const starts = [...borders].filter((border) => border <= LAST_UNIT).toSorted((a, b) => a - b);
  const classOf = new Uint16Array(LAST_UNIT + 1);
  const examples: number[] = [];
  for (const [run, unitClass] of runClasses(starts, sets).entries()) {
    const start = starts[run] ?? 0;
    classOf.fill(unitClass, start, starts[run + 1]);
    examples[unitClass] = start;
  }
  const remembered = new WeakMap<UnitSet, Uint8Array>();
  const membersOf = (set: UnitSet): Uint8Array => {
    const members =
      remembered.get(set) ?? Uint8Array.from(examples, (example) => (contains(set, example) ? 1 : 0));
    remembered.set(set, members);
    return members;
  };
  return { classOf, count: examples.length, membersOf };
}

/** Thompson's construction: each state has free moves and at most one move over a set of classes. */
interface Nondeterministic {
  readonly free: number[][];
  readonly over: (Uint8Array | undefined)[];
  readonly to: number[];
  /** Index of the pattern that ends here, or -1. */
  readonly accepts: number[];
}

function newState(net: Nondeterministic): number {
  net.free.push([]);
  net.over.push(undefined);
  net.to.push(-1);
  return net.accepts.push(-1) - 1;
}

/** Adds `pattern` after state `from` and returns the state where it ends. */
function extend(net: Nondeterministic, classes: UnitClasses, pattern: Pattern, from: number): number {
  switch (pattern.kind) {
    case "units": {
      const start = newState(net);
      const end = newState(net);
      net.free[from]?.push(start);
      net.over[start] = classes.membersOf(pattern);
      net.to[start] = end;
      return end;
    }
    case "sequence":
      return pattern.parts.reduce((state, part) => extend(net, classes, part, state), from);
    case "choice": {
      const end = newState(net);
      for (const option of pattern.options) {
        const start = newState(net);
        net.free[from]?.push(start);
        net.free[extend(net, classes, option, start)]?.push(end);
      }
      return end;
    }
    case "repeat":
      return extendRepeat(net, classes, pattern, from);
    default:
      return pattern satisfies never;
  }
}

function extendRepeat(
  net: Nondeterministic,
  classes: UnitClasses,
  { part, least, most }: Extract<Pattern, { kind: "repeat" }>,
  from: number,
): number {
  let state = from;
  for (let i = 0; i < least; i++) state = extend(net, classes, part, state);
  const end = newState(net);
  net.free[state]?.push(end);
  if (most === Infinity) {
    const loop = newState(net);
    net.free[state]?.push(loop);
    const again = extend(net, classes, part, loop);
    net.free[again]?.push(loop, end);
    return end;
  }
  for (let i = least; i < most; i++) {
    state = extend(net, classes, part, state);
    net.free[state]?.push(end);
  }
  return end;
}

/** Where the longest match ends, and the index of the first pattern that matches that far. */
export interface LongestMatch {
  readonly end: number;
  readonly pattern: number;
}

export interface Automaton {
  /** The state before any unit. */
  readonly start: number;
  /** The state after one more unit, or -1 when no pattern can go on. */
  readonly step: (state: number, unit: number) => number;
  /** The first pattern that is complete in `state`, or -1. */
  readonly accepted: (state: number) => number;
}

const UNBUILT = -2;
const DEAD = -1;

/** All states reachable without reading, sorted. */
function closure(net: Nondeterministic, states: Iterable<number>): number[] {
  const seen = new Set<number>(states);
  for (const state of seen) for (const next of net.free[state] ?? []) seen.add(next);
  return [...seen].toSorted((a, b) => a - b);
}

/** All patterns side by side after one root state, which has number 0. */
function network(patterns: readonly Pattern[], classes: UnitClasses): Nondeterministic {
  const net: Nondeterministic = { free: [], over: [], to: [], accepts: [] };
  const root = newState(net);
  for (const [index, pattern] of patterns.entries()) {
    const start = newState(net);
    net.free[root]?.push(start);
    net.accepts[extend(net, classes, pattern, start)] = index;
  }
  return net;
}

/** Compiles patterns; of equally long matches the pattern that comes first in the list wins. */
export function automaton(patterns: readonly Pattern[], classes: UnitClasses): Automaton {
  const net = network(patterns, classes);
  const members: number[][] = [];
  const rows: Int32Array[] = [];
  const winners: number[] = [];
  const known = new Map<string, number>();

  const stateOf = (parts: number[]): number => {
    const key = parts.join();
    const old = known.get(key);
    if (old !== undefined) return old;
    const ends = parts.map((part) => net.accepts[part] ?? -1).filter((index) => index >= 0);
    winners.push(ends.length === 0 ? -1 : Math.min(...ends));
    rows.push(new Int32Array(classes.count).fill(UNBUILT));
    known.set(key, members.length);
    return members.push(parts) - 1;
  };
  const build = (row: Int32Array, state: number, unitClass: number): number => {
    const moves = (members[state] ?? []).filter((part) => net.over[part]?.[unitClass] === 1);
    const targets = moves.map((part) => net.to[part] ?? 0);
    const next = targets.length === 0 ? DEAD : stateOf(closure(net, targets));
    row[unitClass] = next;
    return next;
  };
  return {
    start: stateOf(closure(net, [0])),
    step: (state, unit) => {
      const row = rows[state];
      if (row === undefined) return DEAD;
      const unitClass = classes.classOf[unit] ?? 0;
      const next = row[unitClass] ?? DEAD;
      return next === UNBUILT ? build(row, state, unitClass) : next;
    },
    accepted: (state) => winners[state] ?? -1,
  };
}

/** The longest match that starts at `from`, or undefined when no pattern matches there. */
export function longestMatch(machine: Automaton, text: string, from: number): LongestMatch | undefined {
  let state = machine.start;
  let end = -1;
  let pattern = -1;
  for (let at = from; at < text.length; at++) {
    state = machine.step(state, text.charCodeAt(at));
    if (state === DEAD) break;
    const winner = machine.accepted(state);
    if (winner >= 0) {
      end = at + 1;
      pattern = winner;
    }
  }
  return end < 0 ? undefined : { end, pattern };
}

/** Whether the piece of `text` from `from` to before `to` is a whole match of one of the patterns. */
export function matchesWhole(machine: Automaton, text: string, from: number, to: number): boolean {
  let state = machine.start;
  for (let at = from; at < to && state !== DEAD; at++) state = machine.step(state, text.charCodeAt(at));
  return state !== DEAD && machine.accepted(state) >= 0;
}
