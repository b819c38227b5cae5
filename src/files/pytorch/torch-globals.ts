import { bytesPerElement, type Dtype } from "../tensor-data.ts";
import type { PickleRules } from "./pickle-machine.ts";
import {
  described,
  isKind,
  type PickleFailure,
  type PickleGlobal,
  type PickleStorage,
  type PickleTensor,
  type PickleValue,
} from "./pickle-value.ts";

/** `torch.<name>` classes of storages that know their element type. */
const STORAGES: Readonly<Record<string, Dtype>> = {
  FloatStorage: "F32",
  DoubleStorage: "F64",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

/** `torch.<name>` element types, written beside untyped storages. */
const ELEMENTS: Readonly<Record<string, Dtype>> = {
  float32: "F32",
  float64: "F64",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  uint16: "U16",
  uint32: "U32",
  uint64: "U64",
  bool: "BOOL",
  float8_e4m3fn: "F8_E4M3",
  float8_e5m2: "F8_E5M2",
};

type Call = NonNullable<PickleGlobal["call"]>;

const UTILS = "torch._utils.";

const CALLS: Readonly<Record<string, Call>> = {
  "collections.OrderedDict": (args, fail) => {
    if (args.length > 0) throw fail("an OrderedDict with arguments is not supported");
    return { kind: "dict", entries: new Map() };
  },
  "torch.Size": ([sizes], fail) => ({ kind: "tuple", items: [...integers(sizes, fail)] }),
  [`${UTILS}_rebuild_tensor`]: (args, fail) => rebuilt(args, undefined, fail),
  [`${UTILS}_rebuild_tensor_v2`]: (args, fail) => rebuilt(args, undefined, fail),
  [`${UTILS}_rebuild_tensor_v3`]: (args, fail) => rebuilt(args, args[6], fail),
  [`${UTILS}_rebuild_parameter`]: ([data], fail) => {
    if (isKind(data, "tensor")) return data;
    throw fail("a parameter without a tensor", described(data));
  },
};

/** What `torch.save` needs to describe a state dict, and nothing else. */
const GLOBALS: ReadonlyMap<string, PickleGlobal> = new Map(
  [
    ...Object.entries(CALLS).map(([name, call]) => ({ name, call })),
    ...Object.entries(STORAGES).map(([name, storage]) => ({ name: `torch.${name}`, storage })),
    ...Object.entries(ELEMENTS).map(([name, dtype]) => ({ name: `torch.${name}`, dtype })),
    { name: "torch.UntypedStorage", storage: "bytes" as const },
    { name: "torch.storage.UntypedStorage", storage: "bytes" as const },
  ].map((meaning) => [meaning.name, { kind: "global", ...meaning }]),
);

/** The rules for a pickle made by `torch.save`: the whole allow-list. */
export const TORCH_RULES: PickleRules = { globals: GLOBALS, persistent: storageNamed };

/** Typed lists of a TorchScript program; what they hold is never looked at. */
const LIST: Call = ([items], fail) => {
  if (isKind(items, "list") || isKind(items, "dict")) return items;
  throw fail("a typed list that is none", described(items));
};

const SCRIPT_CALLS: ReadonlyMap<string, PickleGlobal> = new Map(
  ["build_intlist", "build_doublelist", "build_boollist", "build_tensorlist", "restore_type_tag"].map(
    (name) => [`torch.jit._pickle.${name}`, { kind: "global", name, call: LIST }],
  ),
);

/**
 * The rules for the objects of a TorchScript program: the program's own classes are names without meaning here, and
 * their objects nothing but attributes.
 */
export const SCRIPT_RULES: PickleRules = {
  globals: {
    get(name) {
      if (name.startsWith("__torch__.")) return { kind: "global", name, isModule: true };
      return GLOBALS.get(name) ?? SCRIPT_CALLS.get(name);
    },
  },
  persistent: storageNamed,
};

/** ("storage", class, key, device, number of elements[, view]): the device does not matter here. */
function storageNamed(id: PickleValue, fail: PickleFailure): PickleStorage {
  const [tag, type, key, , count, view] = isKind(id, "tuple") ? id.items : [];
  const element = isKind(type, "global") ? type.storage : undefined;
  if (tag !== "storage" || element === undefined || typeof key !== "string") {
    throw fail("a persistent id that names no storage", described(id));
  }
  if (view !== undefined && view !== null) throw fail("storages that view other storages are not supported");
  const elements = sizeFrom(count, fail);
  const byteLength = elements * (element === "bytes" ? 1 : bytesPerElement(element));
  return { kind: "storage", key, element, elements, byteLength };
}

/** (storage, offset, shape, stride, …): the rest (gradient wanted, hooks) is no part of the values. */
function rebuilt(
  args: readonly PickleValue[],
  type: PickleValue | undefined,
  fail: PickleFailure,
): PickleTensor {
  const [source, offset, shape, stride] = args;
  if (!isKind(source, "storage")) throw fail("a tensor without a storage", described(source));
  const told = isKind(type, "global") ? type.dtype : undefined;
  const dtype = told ?? source.element;
  if (dtype === "bytes") throw fail("a tensor without an element type");
  return {
    kind: "tensor",
    storage: source,
    dtype,
    offset: sizeFrom(offset, fail),
    shape: integers(shape, fail),
    stride: integers(stride, fail),
  };
}

/** PyTorch itself allows no more dimensions. */
const MAX_RANK = 64;

function integers(value: PickleValue | undefined, fail: PickleFailure): number[] {
  if (!isKind(value, "tuple") && !isKind(value, "list"))
    throw fail("sizes that are no tuple", described(value));
  if (value.items.length > MAX_RANK)
    throw fail(`more than ${MAX_RANK} dimensions`, String(value.items.length));
  return value.items.map((item) => sizeFrom(item, fail));
}

function sizeFrom(value: PickleValue | undefined, fail: PickleFailure): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw fail("a size, stride or offset that is no integer from 0 to 2^53", described(value));
}
