import type { Features } from "./hdf5.ts";

/** Features by image id, the least recently used forgotten first. */
export interface FeatureCache {
  read(imageId: string): Promise<Features>;
  clear(): void;
}

/**
 * Remembers what `read` gave, up to `budget` bytes of values. An image asked for again while it is being read is read
 * once; a failed read is not remembered.
 */
export function cachedFeatures(read: (imageId: string) => Promise<Features>, budget: number): FeatureCache {
  const kept = new Map<string, Features>();
  const underway = new Map<string, Promise<Features>>();
  let bytes = 0;
  const keep = (imageId: string, features: Features): void => {
    kept.set(imageId, features);
    bytes += features.values.byteLength;
    for (const [oldest, { values }] of kept) {
      if (bytes <= budget) break;
      kept.delete(oldest);
      bytes -= values.byteLength;
    }
  };
  const load = async (imageId: string): Promise<Features> => {
    try {
      const features = await read(imageId);
      keep(imageId, features);
      return features;
    } finally {
      underway.delete(imageId);
    }
  };
  return {
    read(imageId) {
      const features = kept.get(imageId);
      if (features !== undefined) {
        kept.delete(imageId); // moves it to the end, where the most recently used are
        kept.set(imageId, features);
        return Promise.resolve(features);
      }
      const pending = underway.get(imageId) ?? load(imageId);
      underway.set(imageId, pending);
      return pending;
    },
    clear() {
      kept.clear();
      bytes = 0;
    },
  };
}
