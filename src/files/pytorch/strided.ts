import { bytesPerElement, tensorOver, type Dtype, type TensorData } from "../tensor-data.ts";

/** A view of a buffer: offset and strides count elements. */
export interface Strided {
  readonly dtype: Dtype;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** Whether the elements lie one after another in row-major order; the stride of a size-1 dimension never counts. */
export function isContiguous({ shape, stride }: Strided): boolean {
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 0;
    if (size !== 1 && stride[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** One past the last element that a view with at least one element touches. */
export function reach({ offset, shape, stride }: Strided): number {
  return shape.reduce((end, size, axis) => end + (size - 1) * (stride[axis] ?? 0), offset + 1);
}

/** A contiguous view of `elements` elements over `bytes`, without a copy. */
export function viewed(view: Strided, elements: number, bytes: Uint8Array<ArrayBuffer>): TensorData {
  const size = bytesPerElement(view.dtype);
  const begin = elements === 0 ? 0 : view.offset * size;
  return tensorOver(view.dtype, view.shape, bytes.subarray(begin, begin + elements * size));
}

/** The elements of any view of `bytes`, copied into row-major order. */
export function gathered(
  view: Strided,
  elements: number,
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const size = bytesPerElement(view.dtype);
  const target = new Uint8Array(elements * size);
  const { shape, stride } = view;
  const index = shape.map(() => 0);
  let source = view.offset;
  for (let i = 0; i < elements; i++) {
    for (let byte = 0; byte < size; byte++) target[i * size + byte] = bytes[source * size + byte] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = stride[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      source += step;
      index[axis] = next;
      if (next < (shape[axis] ?? 0)) break;
      source -= next * step;
      index[axis] = 0;
    }
  }
  return target;
}
