import {
  append,
  build,
  newObject,
  pop,
  popToMark,
  pushGlobal,
  recall,
  reduce,
  remember,
  setItems,
  stackGlobal,
  tuple,
  type PickleMachine,
  type PickleRules,
} from "./pickle-machine.ts";
import { PickleReader } from "./pickle-reader.ts";
import type { PickleValue } from "./pickle-value.ts";

/** Bounds the memory and time that any pickle can take; about forty operations make a tensor. */
const MAX_OPERATIONS = 2_000_000;

const PROTO = 0x80;
const STOP = 0x2e;

/**
 * Reads one pickle (protocols 2 to 5) from `start`. Nothing is executed: objects come only from the allow-list in
 * `rules`, and operations that a state dict does not need are refused. `end` is the first byte after it.
 * Throws kind "checkpoint"; `where` names the file in its text.
 * Source: the operations are those of Python's pickletools documentation.
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  rules: PickleRules,
  where: string,
): { readonly value: PickleValue; readonly end: number } {
  const reader = new PickleReader(bytes, start, where);
  const machine: PickleMachine = { reader, rules, stack: [], marks: [], memo: new Map() };
  if (reader.uint8() !== PROTO) throw reader.fail("not a binary pickle");
  checkProtocol(machine);
  for (let count = 0; count < MAX_OPERATIONS; count++) {
    const operation = reader.uint8();
    if (operation === STOP) return { value: pop(machine), end: reader.position };
    const run = OPERATIONS.get(operation);
    if (run === undefined) {
      throw reader.fail(
        "an operation that no plain checkpoint needs; refused",
        `0x${operation.toString(16)}`,
      );
    }
    run(machine);
  }
  throw reader.fail(`the pickle takes more than ${MAX_OPERATIONS} operations`);
}

function checkProtocol({ reader }: PickleMachine): void {
  const protocol = reader.uint8();
  if (protocol < 2 || protocol > 5) throw reader.fail("unknown pickle protocol", String(protocol));
}

type Operation = (machine: PickleMachine) => void;

/** An operation that puts one value on the stack. */
const pushes =
  (make: (reader: PickleReader, machine: PickleMachine) => PickleValue): Operation =>
  (machine) => {
    machine.stack.push(make(machine.reader, machine));
  };

/** TUPLE1 to TUPLE3. */
const tupleOf =
  (size: number): Operation =>
  (machine) => {
    const items = Array.from({ length: size }, () => pop(machine)).toReversed();
    machine.stack.push(tuple(items));
  };

const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [PROTO, checkProtocol],
  [0x95, (m) => void m.reader.uint64()], // FRAME: only a hint for buffering
  [0x28, (m) => void m.marks.push(m.stack.length)], // MARK
  [0x30, (m) => void pop(m)], // POP
  [0x31, (m) => void popToMark(m)], // POP_MARK
  // Plain values
  [0x4e, pushes(() => null)], // NONE
  [0x88, pushes(() => true)], // NEWTRUE
  [0x89, pushes(() => false)], // NEWFALSE
  [0x4a, pushes((r) => r.int32())], // BININT
  [0x4b, pushes((r) => r.uint8())], // BININT1
  [0x4d, pushes((r) => r.uint16())], // BININT2
  [0x8a, pushes((r) => r.integer(r.uint8()))], // LONG1
  [0x47, pushes((r) => r.float64())], // BINFLOAT
  [0x58, pushes((r) => r.text(r.uint32()))], // BINUNICODE
  [0x8c, pushes((r) => r.text(r.uint8()))], // SHORT_BINUNICODE
  [0x8d, pushes((r) => r.text(r.uint64()))], // BINUNICODE8
  // Containers
  [0x29, pushes(() => tuple([]))], // EMPTY_TUPLE
  [0x74, pushes((_, m) => tuple(popToMark(m)))], // TUPLE
  [0x85, tupleOf(1)],
  [0x86, tupleOf(2)],
  [0x87, tupleOf(3)],
  [0x5d, pushes(() => ({ kind: "list", items: [] }))], // EMPTY_LIST
  [0x7d, pushes(() => ({ kind: "dict", entries: new Map() }))], // EMPTY_DICT
  [0x61, (m) => append(m, [pop(m)])], // APPEND
  [0x65, (m) => append(m, popToMark(m))], // APPENDS
  [0x73, (m) => setItems(m, [pop(m), pop(m)].toReversed())], // SETITEM
  [0x75, (m) => setItems(m, popToMark(m))], // SETITEMS
  // Memo
  [0x71, (m) => remember(m, m.reader.uint8())], // BINPUT
  [0x72, (m) => remember(m, m.reader.uint32())], // LONG_BINPUT
  [0x94, (m) => remember(m, m.memo.size)], // MEMOIZE
  [0x68, (m) => recall(m, m.reader.uint8())], // BINGET
  [0x6a, (m) => recall(m, m.reader.uint32())], // LONG_BINGET
  // Objects, from the allow-list only
  [0x63, (m) => pushGlobal(m, m.reader.line(), m.reader.line())], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x52, reduce], // REDUCE
  [0x51, pushes((r, m) => m.rules.persistent(pop(m), r.fail))], // BINPERSID
  [0x81, newObject], // NEWOBJ
  [0x62, build], // BUILD
]);
