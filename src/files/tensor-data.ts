/** The array type that holds each dtype. F16, BF16 and the 8-bit floats stay bit patterns; BOOL is 0 or 1 per byte. */
export interface Arrays {
  readonly BOOL: Uint8Array<ArrayBuffer>;
  readonly U8: Uint8Array<ArrayBuffer>;
  readonly I8: Int8Array<ArrayBuffer>;
  readonly F8_E4M3: Uint8Array<ArrayBuffer>;
  readonly F8_E5M2: Uint8Array<ArrayBuffer>;
  readonly I16: Int16Array<ArrayBuffer>;
  readonly U16: Uint16Array<ArrayBuffer>;
  readonly F16: Uint16Array<ArrayBuffer>;
  readonly BF16: Uint16Array<ArrayBuffer>;
  readonly I32: Int32Array<ArrayBuffer>;
  readonly U32: Uint32Array<ArrayBuffer>;
  readonly F32: Float32Array<ArrayBuffer>;
  readonly I64: BigInt64Array<ArrayBuffer>;
  readonly U64: BigUint64Array<ArrayBuffer>;
  readonly F64: Float64Array<ArrayBuffer>;
}

/** Element type of a stored tensor, in the spelling of the safetensors format. */
export type Dtype = keyof Arrays;

/** A tensor in memory: row-major `data` with the product of `shape` elements; `dtype` tells the array type. */
export type TensorData = {
  readonly [D in Dtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: Arrays[D] };
}[Dtype];

/** The tensor of one known dtype. */
export type TensorOf<D extends Dtype> = Extract<TensorData, { readonly dtype: D }>;

/** What is known of a stored tensor before its bytes are read. */
export interface TensorEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/**
 * An open file of named tensors. Entries are checked when the file is opened; bytes are read when asked for.
 * Close it when done: it holds a file descriptor.
 */
export interface TensorFile<E extends TensorEntry = TensorEntry> {
  readonly format: "safetensors" | "pytorch";
  readonly file: string;
  readonly tensors: ReadonlyMap<string, E>;
  /** Throws kind "checkpoint" if there is no such tensor or the file can no longer be read. */
  read(name: string): Promise<TensorData>;
  /** All tensors, in the order of `tensors`. */
  readAll(): Promise<Map<string, TensorData>>;
  close(): Promise<void>;
}

type ArrayOf<D extends Dtype> = new (buffer: ArrayBuffer, byteOffset: number, length: number) => Arrays[D];

/** Element size in bytes and array type of every dtype. Arrays are little-endian, as is every machine we run on. */
const DTYPES: { readonly [D in Dtype]: { readonly bytes: number; readonly array: ArrayOf<D> } } = {
  BOOL: { bytes: 1, array: Uint8Array },
  U8: { bytes: 1, array: Uint8Array },
  I8: { bytes: 1, array: Int8Array },
  F8_E4M3: { bytes: 1, array: Uint8Array },
  F8_E5M2: { bytes: 1, array: Uint8Array },
  I16: { bytes: 2, array: Int16Array },
  U16: { bytes: 2, array: Uint16Array },
  F16: { bytes: 2, array: Uint16Array },
  BF16: { bytes: 2, array: Uint16Array },
  I32: { bytes: 4, array: Int32Array },
  U32: { bytes: 4, array: Uint32Array },
  F32: { bytes: 4, array: Float32Array },
  I64: { bytes: 8, array: BigInt64Array },
  U64: { bytes: 8, array: BigUint64Array },
  F64: { bytes: 8, array: Float64Array },
};

/** All dtypes a tensor file may hold here. */
export const DTYPE_NAMES: readonly string[] = Object.keys(DTYPES);

export function isDtype(name: unknown): name is Dtype {
  return typeof name === "string" && Object.hasOwn(DTYPES, name);
}

/** Size of one element in bytes. */
export function bytesPerElement(dtype: Dtype): number {
  return DTYPES[dtype].bytes;
}

/** Elements of a shape; undefined where a size is no safe non-negative integer or the product leaves 2^53. */
export function elementsOf(shape: readonly unknown[]): number | undefined {
  let product = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || (size as number) < 0) return undefined;
    product *= size as number;
    if (!Number.isSafeInteger(product)) return undefined;
  }
  return product;
}

/** Views `bytes` (aligned to the element size, exactly as long as the shape needs) as a tensor; nothing is copied. */
export function tensorOver(
  dtype: Dtype,
  shape: readonly number[],
  bytes: Uint8Array<ArrayBuffer>,
): TensorData {
  const { array, bytes: size } = DTYPES[dtype];
  const data = new array(bytes.buffer, bytes.byteOffset, bytes.byteLength / size);
  return { dtype, shape, data } as TensorData;
}

/** The bytes of a tensor's data; nothing is copied. */
export function bytesOf(tensor: TensorData): Uint8Array<ArrayBuffer> {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}
