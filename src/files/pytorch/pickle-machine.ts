import type { PickleReader } from "./pickle-reader.ts";
import {
  isKind,
  short,
  type PickleDict,
  type PickleFailure,
  type PickleGlobal,
  type PickleValue,
} from "./pickle-value.ts";

/** What the names and the persistent ids of a pickle mean. */
export interface PickleRules {
  /** The allow-list, by "module.name". */
  readonly globals: { get(name: string): PickleGlobal | undefined };
  /** The value that a persistent id stands for. */
  readonly persistent: (id: PickleValue, fail: PickleFailure) => PickleValue;
}

/** The stack machine of Python's pickle: values, the heights where marks were set, and the numbered memo. */
export interface PickleMachine {
  readonly reader: PickleReader;
  readonly rules: PickleRules;
  readonly stack: PickleValue[];
  readonly marks: number[];
  readonly memo: Map<number, PickleValue>;
}

/** Takes the top value, which must lie above the last mark. */
export function pop(machine: PickleMachine): PickleValue {
  const value = machine.stack.length > (machine.marks.at(-1) ?? 0) ? machine.stack.pop() : undefined;
  if (value === undefined) throw machine.reader.fail("the pickle takes more values than it made");
  return value;
}

/** The top value, left in place. */
export function top(machine: PickleMachine): PickleValue {
  const value = pop(machine);
  machine.stack.push(value);
  return value;
}

/** Takes all values above the last mark, and the mark. */
export function popToMark(machine: PickleMachine): PickleValue[] {
  const height = machine.marks.pop();
  if (height === undefined) throw machine.reader.fail("the pickle closes a group that it did not open");
  return machine.stack.splice(height);
}

export function tuple(items: PickleValue[]): PickleValue {
  return { kind: "tuple", items };
}

export function remember(machine: PickleMachine, key: number): void {
  machine.memo.set(key, top(machine));
}

export function recall(machine: PickleMachine, key: number): void {
  const value = machine.memo.get(key);
  if (value === undefined)
    throw machine.reader.fail("the pickle refers to a value it did not make", `memo ${key}`);
  machine.stack.push(value);
}

/** Appends to the list on top. */
export function append(machine: PickleMachine, items: readonly PickleValue[]): void {
  const list = top(machine);
  if (!isKind(list, "list")) throw machine.reader.fail("items are added to something that is no list");
  for (const item of items) list.items.push(item);
}

/** Adds alternating keys and values to the dict on top. */
export function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const dict = dictOnTop(machine);
  if (items.length % 2 !== 0) throw machine.reader.fail("a dict gets a key without a value");
  for (let i = 0; i + 1 < items.length; i += 2) dict.entries.set(items[i] ?? null, items[i + 1] ?? null);
}

/** The dict on top. */
export function dictOnTop(machine: PickleMachine): PickleDict {
  const dict = top(machine);
  if (!isKind(dict, "dict")) throw machine.reader.fail("something that is no dict is used as one");
  return dict;
}

/** Puts an allowed global on the stack in place of its module and name; any other is refused by name. */
export function stackGlobal(machine: PickleMachine): void {
  const name = pop(machine);
  const module = pop(machine);
  const { reader } = machine;
  if (typeof module !== "string" || typeof name !== "string")
    throw reader.fail("the name of a global is no text");
  pushGlobal(machine, module, name);
}

/** Puts an allowed global on the stack; any other is refused by name. */
export function pushGlobal({ reader, rules, stack }: PickleMachine, module: string, name: string): void {
  const full = `${module}.${name}`;
  const known = rules.globals.get(full);
  if (known === undefined) {
    throw reader.fail(`the file asks to run ${short(full)}, which no plain checkpoint needs; refused`);
  }
  stack.push(known);
}

/** Calls the allowed global below its tuple of arguments. */
export function reduce(machine: PickleMachine): void {
  const args = pop(machine);
  const callee = pop(machine);
  const { reader, stack } = machine;
  if (!isKind(callee, "global") || callee.call === undefined) {
    throw reader.fail("the pickle calls something that is no function");
  }
  if (!isKind(args, "tuple")) throw reader.fail("the arguments of a call are no tuple");
  stack.push(callee.call(args.items, reader.fail));
}

/** Makes an object of the class below its arguments, of which there must be none; only classes without code of ours. */
export function newObject(machine: PickleMachine): void {
  const args = pop(machine);
  const made = pop(machine);
  const { reader, stack } = machine;
  if (!isKind(made, "global") || made.isModule !== true || !isKind(args, "tuple") || args.items.length > 0) {
    throw reader.fail("the pickle makes an object that no checkpoint needs; refused");
  }
  stack.push({ kind: "module", name: made.name, attributes: new Map() });
}

/** BUILD gives an object attributes. A state dict's own, its `_metadata`, are not needed and dropped. */
export function build(machine: PickleMachine): void {
  const state = pop(machine);
  const object = top(machine);
  const { reader } = machine;
  if (!isKind(object, "module")) {
    dictOnTop(machine);
    return;
  }
  if (!isKind(state, "dict")) throw reader.fail("the attributes of an object are no dict");
  for (const [name, value] of state.entries) {
    if (typeof name !== "string") throw reader.fail("an attribute's name is no text");
    object.attributes.set(name, value);
  }
}
