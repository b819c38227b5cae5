/** A float32 tensor that covers a whole storage. */
export interface PickledTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Which storage, counted from 0. */
  readonly storage: number;
  readonly elements: number;
}

/** Opcodes of pickle's protocol 2, by what they are called in Python's `pickle` module. */
const OP = {
  binInt: "J",
  binPersId: "Q",
  binUnicode: "X",
  emptyTuple: ")",
  global: "c",
  mark: "(",
  newFalse: "\x89",
  proto: "\x80\x02",
  reduce: "R",
  setItems: "u",
  stop: ".",
  tuple: "t",
} as const;

type Part = string | Uint8Array;

function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

function text(value: string): readonly Part[] {
  const bytes = new TextEncoder().encode(value);
  return [OP.binUnicode, int32(bytes.length), bytes];
}

function int(value: number): readonly Part[] {
  return [OP.binInt, int32(value)];
}

function tuple(...items: readonly (readonly Part[])[]): readonly Part[] {
  return [OP.mark, ...items.flat(), OP.tuple];
}

function global(module: string, name: string): readonly Part[] {
  return [`${OP.global}${module}\n${name}\n`];
}

const ORDERED_DICT = [...global("collections", "OrderedDict"), OP.emptyTuple, OP.reduce];

/** Row-major strides, in elements. */
function strides(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
}

function tensor({ shape, storage, elements }: PickledTensor): readonly Part[] {
  const stored = tuple(
    text("storage"),
    global("torch", "FloatStorage"),
    text(`${storage}`),
    text("cpu"),
    int(elements),
  );
  const ints = (values: readonly number[]): readonly Part[] => tuple(...values.map(int));
  const parts = tuple(
    [...stored, OP.binPersId],
    int(0),
    ints(shape),
    ints(strides(shape)),
    [OP.newFalse],
    ORDERED_DICT,
  );
  return [...global("torch._utils", "_rebuild_tensor_v2"), ...parts, OP.reduce];
}

/** The pickle of an ordered dict of tensors, as `torch.save` writes a state dict. */
export function pickledStateDict(tensors: readonly PickledTensor[]): Uint8Array {
  const items = tensors.flatMap((one) => [...text(one.name), ...tensor(one)]);
  const parts: readonly Part[] = [OP.proto, ...ORDERED_DICT, OP.mark, ...items, OP.setItems, OP.stop];
  const bytes = parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part));
  return new Uint8Array(Buffer.concat(bytes));
}
