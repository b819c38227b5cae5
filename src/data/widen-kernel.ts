/**
 * A loop of WebAssembly vector instructions that widens float16 to float32: JavaScript has no half precision numbers
 * (on the Node.js of this package), and looking each word up in a table takes ten times as long.
 *
 * Of a word h with sign s, exponent e and fraction f, the bits (h & 0x7fff) << 13 are those of the float32 with
 * exponent e and fraction f, which is 2^112 times too small because the exponents are biased by 15 and by 127. One
 * multiplication therefore widens normal numbers, subnormal numbers and zeros alike, and exactly. Words with the
 * greatest exponent (infinities and NaN) come out as finite numbers; the kernel reports that there were some.
 */

/** Words that the kernel takes at once. */
export const KERNEL_WORDS = 2 ** 17;

/** Values it gives at once: few enough to stay in the fastest memory until they are copied to where they belong. */
export const KERNEL_VALUES = 2 ** 14;

/** The kernel's memory and entry. */
export interface WidenKernel {
  /** Input, KERNEL_WORDS of it. */
  readonly words: Uint16Array;
  /** Output, KERNEL_VALUES of it. */
  readonly values: Float32Array;
  /**
   * Widens `count` words from `first` (a multiple of 8, as is `count`) to the front of `values`. Gives false if an
   * infinity or NaN was among them; the values are wrong then.
   */
  readonly widen: (first: number, count: number) => boolean;
}

let kernel: WidenKernel | undefined;

/** The one kernel of this thread. */
export function widenKernel(): WidenKernel {
  kernel ??= instantiated();
  return kernel;
}

const WORDS_AT = 0;
const VALUES_AT = WORDS_AT + KERNEL_WORDS * 2;
const PAGE = 2 ** 16;
const PAGES = (VALUES_AT + KERNEL_VALUES * 4) / PAGE;

/** What is used of WebAssembly's interface, which the type library of Node.js does not have. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** (address of the words, address of the values, words) → 1 if all words are finite */
  readonly widen: (from: number, to: number, count: number) => number;
}

function instantiated(): WidenKernel {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  const { memory, widen } = new Instance(new Module(moduleBytes())).exports as Exports;
  return {
    words: new Uint16Array(memory.buffer, WORDS_AT, KERNEL_WORDS),
    values: new Float32Array(memory.buffer, VALUES_AT, KERNEL_VALUES),
    widen: (first, count) => widen(WORDS_AT + first * 2, VALUES_AT, count) === 1,
  };
}

/** Instructions, by their names in the WebAssembly specification. Those of a vector begin with 0xfd. */
const I = {
  loop: [0x03, 0x40],
  end: [0x0b],
  brIf: [0x0d],
  localGet: [0x20],
  localSet: [0x21],
  localTee: [0x22],
  i32Const: [0x41],
  i32Eqz: [0x45],
  i32LtU: [0x49],
  i32Add: [0x6a],
  i32Shl: [0x74],
  v128Load: [0xfd, 0x00],
  v128Store: [0xfd, 0x0b],
  i16x8Splat: [0xfd, 0x10],
  i32x4Splat: [0xfd, 0x11],
  i16x8GeU: [0xfd, 0x36],
  v128And: [0xfd, 0x4e],
  v128Or: [0xfd, 0x50],
  v128AnyTrue: [0xfd, 0x53],
  i16x8MaxU: [0xfd, 0x99, 0x01],
  i32x4ExtendLowI16x8S: [0xfd, 0xa7, 0x01],
  i32x4ExtendHighI16x8S: [0xfd, 0xa8, 0x01],
  i32x4Shl: [0xfd, 0xab, 0x01],
  f32x4Mul: [0xfd, 0xe6, 0x01],
} as const;

const TYPE = { i32: 0x7f, v128: 0x7b, function: 0x60 } as const;

/** The function's parameters and locals, by number. */
const FROM = 0;
const TO = 1;
const COUNT = 2;
const STOP = 3;
const EIGHT = 4;
const FOUR = 5;
const LARGEST = 6;
const SIGN = 7;
const MAGNITUDE = 8;
const SCALE = 9;
const UNSIGNED = 10;
const LOCALS: readonly (readonly number[])[] = [
  [1, TYPE.i32],
  [7, TYPE.v128],
];

const SCALE_BITS = (127 + 112) << 23; // the float32 2^112
const INFINITE = 0x7c00;

function widenBody(): number[] {
  return code(
    constant(1 << 31, I.i32x4Splat, SIGN),
    constant(0x7fff << 13, I.i32x4Splat, MAGNITUDE),
    constant(SCALE_BITS, I.i32x4Splat, SCALE),
    constant(0x7fff, I.i16x8Splat, UNSIGNED),
    code(get(FROM), get(COUNT), integer(1), I.i32Shl, I.i32Add, set(STOP)),
    I.loop,
    code(get(FROM), I.v128Load, memoryAt(0), tee(EIGHT)),
    code(get(UNSIGNED), I.v128And, get(LARGEST), I.i16x8MaxU, set(LARGEST)),
    widenedFour(I.i32x4ExtendLowI16x8S, 0),
    widenedFour(I.i32x4ExtendHighI16x8S, 16),
    code(get(TO), integer(32), I.i32Add, set(TO)),
    code(get(FROM), integer(16), I.i32Add, tee(FROM)),
    code(get(STOP), I.i32LtU, I.brIf, [0]),
    I.end,
    code(get(LARGEST), integer(INFINITE), I.i16x8Splat, I.i16x8GeU, I.v128AnyTrue, I.i32Eqz),
    I.end,
  );
}

/** Four of the eight words: [TO + offset] = (word << 13 & MAGNITUDE) · SCALE, with the sign that `extend` spread. */
function widenedFour(extend: readonly number[], offset: number): number[] {
  return code(
    code(get(TO), get(EIGHT), extend, tee(FOUR)),
    code(integer(13), I.i32x4Shl, get(MAGNITUDE), I.v128And, get(SCALE), I.f32x4Mul),
    code(get(FOUR), get(SIGN), I.v128And, I.v128Or),
    code(I.v128Store, memoryAt(offset)),
  );
}

function code(...parts: readonly (readonly number[])[]): number[] {
  return parts.flat();
}

function get(local: number): number[] {
  return [...I.localGet, local];
}

function set(local: number): number[] {
  return [...I.localSet, local];
}

function tee(local: number): number[] {
  return [...I.localTee, local];
}

function integer(value: number): number[] {
  return [...I.i32Const, ...signedLeb(value)];
}

/** A local with `value` in every lane. */
function constant(value: number, splat: readonly number[], local: number): number[] {
  return code(integer(value), splat, set(local));
}

/** Alignment 2^4 and an offset. */
function memoryAt(offset: number): number[] {
  return [4, ...leb(offset)];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const body = code(vector(LOCALS), widenBody());
  const type = code([TYPE.function], vector([[TYPE.i32], [TYPE.i32], [TYPE.i32]]), vector([[TYPE.i32]]));
  const exports = [code(name("memory"), [2, 0]), code(name("widen"), [0, 0])];
  return Uint8Array.from(
    code(
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
      section(1, [type]),
      section(3, [[0]]), // one function, of the first type
      section(5, [[0, PAGES]]), // one memory, without a limit
      section(7, exports),
      section(10, [code(leb(body.length), body)]),
    ),
  );
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const content = vector(entries);
  return [id, ...leb(content.length), ...content];
}

function vector(entries: readonly (readonly number[])[]): number[] {
  return [...leb(entries.length), ...entries.flat()];
}

function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...leb(bytes.length), ...bytes];
}

/** LEB128: seven bits a byte, the lowest first; the top bit says that more follow. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

function signedLeb(value: number): number[] {
  const isLast = value >= -64 && value < 64;
  return isLast ? [value & 127] : [(value & 127) | 128, ...signedLeb(value >> 7)];
}
