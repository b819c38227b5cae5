import type { FeatureSource } from "../../data/index.ts";
import { sampled } from "./finding.ts";

/** What reading an image or clip gave: its size, or why it cannot be used. */
export type Surveyed = { readonly rows: number; readonly width: number } | { readonly problem: string };

/** Images read at the same time. */
const TOGETHER = 16;

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
      for (let start = 0; start < wanted.length; start += TOGETHER) {
        const some = wanted.slice(start, start + TOGETHER);
        const surveyed = await Promise.all(
          some.map(async (image) => before.get(image) ?? read(source, image)),
        );
        for (const [i, one] of surveyed.entries()) {
          before.set(some[i] ?? "", one);
          found.set(some[i] ?? "", one);
        }
        onRead(start + some.length, wanted.length);
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
