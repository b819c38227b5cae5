import type { HostTensor } from "../graph/index.ts";

type Values = Readonly<Record<string, HostTensor>>;

/**
 * Values ready to be posted to another thread. Posting copies the whole buffer under a view, however short the view,
 * and shared memory would arrive as shared, which onnxruntime refuses: such views become copies of their own, listed in
 * `moved` so that they are not copied once more.
 */
export function ownBuffers(values: Values): {
  readonly values: Values;
  readonly moved: readonly ArrayBuffer[];
} {
  const moved: ArrayBuffer[] = [];
  const entries = Object.entries(values).map(([name, value]): [string, HostTensor] => {
    const { buffer, byteLength } = value.data;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return [name, value];
    const data = value.data.slice();
    moved.push(data.buffer);
    return [name, { ...value, data }];
  });
  return { values: Object.fromEntries(entries), moved };
}
