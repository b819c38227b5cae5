/** Buffers by key, each loaded once for as long as anyone holds it. */
export interface SharedBuffers {
  get(key: string, load: () => Promise<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Lets tied tensors share one buffer without keeping it alive: callers hold the buffers, this only knows of them, so
 * a file can be read tensor by tensor in little memory.
 */
export function sharedBuffers(): SharedBuffers {
  const alive = new Map<string, WeakRef<ArrayBuffer>>();
  const loading = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  return {
    async get(key, load) {
      const buffer = alive.get(key)?.deref();
      if (buffer !== undefined) return new Uint8Array(buffer);
      const running = loading.get(key);
      if (running !== undefined) return await running;
      const started = load();
      loading.set(key, started);
      try {
        const bytes = await started;
        alive.set(key, new WeakRef(bytes.buffer));
        return bytes;
      } finally {
        loading.delete(key);
      }
    },
  };
}
