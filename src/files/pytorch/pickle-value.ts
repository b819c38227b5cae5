import type { VlPetError } from "../../error.ts";
import type { Dtype } from "../tensor-data.ts";

/** What a pickle can hold here: plain values, containers, and the few objects a checkpoint is made of. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleSequence
  | PickleDict
  | PickleModule
  | PickleGlobal
  | PickleStorage
  | PickleTensor;

export interface PickleSequence {
  readonly kind: "tuple" | "list";
  readonly items: PickleValue[];
}

/** A dict or an OrderedDict: both keep the order of insertion. */
export interface PickleDict {
  readonly kind: "dict";
  readonly entries: Map<PickleValue, PickleValue>;
}

/** An object of a TorchScript program, of which only the attributes matter; its class and code are never looked at. */
export interface PickleModule {
  readonly kind: "module";
  /** Name of its class. */
  readonly name: string;
  readonly attributes: Map<string, PickleValue>;
}

/** A name from the allow-list. Its meaning is written here, never looked up in the file's own code. */
export interface PickleGlobal {
  readonly kind: "global";
  readonly name: string;
  /** Storage classes: the element type, or "bytes" where each tensor says its own. */
  readonly storage?: Dtype | "bytes";
  /** `torch.float32` and its like. */
  readonly dtype?: Dtype;
  /** A class whose objects are only their attributes. */
  readonly isModule?: true;
  /** What calling it gives; `fail` makes the error to throw. */
  readonly call?: (args: readonly PickleValue[], fail: PickleFailure) => PickleValue;
}

/** One buffer of the file, by its key; the bytes lie elsewhere. */
export interface PickleStorage {
  readonly kind: "storage";
  readonly key: string;
  readonly element: Dtype | "bytes";
  readonly elements: number;
  readonly byteLength: number;
}

/** A strided view of a storage. Offset and strides count elements; nothing is checked against the storage yet. */
export interface PickleTensor {
  readonly kind: "tensor";
  readonly storage: PickleStorage;
  readonly dtype: Dtype;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

type PickleObject = Extract<PickleValue, { readonly kind: string }>;

/** Whether a value is an object of one kind. */
export function isKind<K extends PickleObject["kind"]>(
  value: PickleValue | undefined,
  kind: K,
): value is PickleObject & { readonly kind: K } {
  return typeof value === "object" && value !== null && value.kind === kind;
}

/** Makes the error for damage found in a pickle, with the file and the position filled in. */
export type PickleFailure = (summary: string, received?: string) => VlPetError;

/** A value in a few words, for a message. */
export function described(value: PickleValue | undefined): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return short(JSON.stringify(value));
  if (value === null || typeof value !== "object") return short(String(value));
  switch (value.kind) {
    case "tuple":
    case "list":
      return `a ${value.kind} of ${value.items.length}`;
    case "dict":
      return `a dict of ${value.entries.size}`;
    case "global":
      return value.name;
    case "module":
      return `an object ${short(value.name)}`;
    case "storage":
      return `storage ${short(value.key)}`;
    case "tensor":
      return "a tensor";
  }
}

/** Text from a file as a message may show it: cut to a line's length, without control characters. */
export function short(text: string): string {
  const cut = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return cut.replaceAll(/\p{Cc}/gu, "\u{fffd}");
}
