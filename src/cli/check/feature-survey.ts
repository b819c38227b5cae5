import type { FeatureSource } from "../../data/index.ts";
import { sampled } from "./finding.ts";

/** What reading an image or clip gave: its size, or why it cannot be used. */
export type Surveyed = { readonly rows: number; readonly width: number } | { readonly problem: string };

/** Sizes of features, read once for all splits that share them. */
export interface FeatureSurvey {
  /** What the images gave, or a sample of them; those that `source` has nothing for are left out. */
  of(
    source: FeatureSource,
    images: readonly string[],
    onRead: (done: number, total: number) => void,
  ): Promise<ReadonlyMap<string, Surveyed>>;
}

/** A survey of at most `most` images a split; null = of all. */
export function featureSurvey(most: number | null): FeatureSurvey {
  const known = new WeakMap<FeatureSource, Map<string, Surveyed>>();
  return {
    async of(source, images, onRead) {
      const before = known.get(source) ?? new Map<string, Surveyed>();
      known.set(source, before);
      const absent = new Set(await source.missing(images));
      const wanted = sampled(
        images.filter((image) => !absent.has(image)),
        most,
      );
      const found = new Map<string, Surveyed>();
      for (const [i, image] of wanted.entries()) {
        const surveyed = before.get(image) ?? (await read(source, image));
        before.set(image, surveyed);
        found.set(image, surveyed);
        onRead(i + 1, wanted.length);
      }
      return found;
    },
  };
}

async function read(source: FeatureSource, image: string): Promise<Surveyed> {
  try {
    const { rows, width } = await source.read(image);
    return { rows, width };
  } catch (error) {
    const [problem = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { problem };
  }
}
