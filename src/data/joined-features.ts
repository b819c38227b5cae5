import { VlPetError } from "../error.ts";
import type { FeatureSource } from "./features.ts";

/** Several sources as one: an image is read from the first that has it. */
export function joinedFeatures(sources: readonly FeatureSource[]): FeatureSource {
  const [only, ...more] = sources;
  if (only !== undefined && more.length === 0) return only;
  const describe = sources.map((source) => source.describe).join(" and ");
  const homes = new Map<string, FeatureSource>();
  const homeOf = async (imageId: string): Promise<FeatureSource | undefined> => {
    const known = homes.get(imageId);
    if (known !== undefined) return known;
    for (const source of sources) {
      if ((await source.missing([imageId])).length > 0) continue;
      homes.set(imageId, source);
      return source;
    }
    return undefined;
  };
  return {
    describe,
    async read(imageId) {
      const home = await homeOf(imageId);
      if (home !== undefined) return home.read(imageId);
      throw new VlPetError("data", `there is nothing for image ${imageId}`, {
        where: describe,
        fix: "name all places that hold features of these images",
      });
    },
    async missing(imageIds) {
      let left = [...new Set(imageIds)];
      for (const source of sources) left = await source.missing(left);
      return left;
    },
    async close() {
      await Promise.all(sources.map((source) => source.close()));
    },
  };
}
