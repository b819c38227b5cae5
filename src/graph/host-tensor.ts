import type { DType } from "./tensor.ts";

/** Numbers with a type and dimensions, on the host: what is fed to a graph and what comes back. */
export interface HostTensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Uint8Array;
}

/** A float32 host tensor; throws RangeError when the data does not fill the dimensions. */
export function float32Tensor(data: Float32Array | readonly number[], dims: readonly number[]): HostTensor {
  return filled({
    dtype: "float32",
    dims,
    data: data instanceof Float32Array ? data : Float32Array.from(data),
  });
}

/** An int64 host tensor from ordinary numbers. */
export function int64Tensor(values: Iterable<number>, dims: readonly number[]): HostTensor {
  return filled({ dtype: "int64", dims, data: BigInt64Array.from(values, BigInt) });
}

function filled(tensor: HostTensor): HostTensor {
  const expected = tensor.dims.reduce((a, b) => a * b, 1);
  if (expected !== tensor.data.length) {
    throw new RangeError(
      `internal: [${tensor.dims.join(", ")}] needs ${expected} numbers, got ${tensor.data.length}`,
    );
  }
  return tensor;
}
