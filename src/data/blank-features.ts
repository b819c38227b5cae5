import type { FeatureSource } from "./feature-source.ts";

/** Features of the same shapes, all zero: for telling what can be had from the words alone. */
export function blankFeatures(source: FeatureSource): FeatureSource {
  return {
    ...source,
    describe: `${source.describe}, blanked out`,
    async read(imageId) {
      const found = await source.read(imageId);
      return { ...found, values: new Float32Array(found.values.length) };
    },
  };
}
