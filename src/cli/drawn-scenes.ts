import type { ScenesOptions } from "../data/scenes/scenes-settings.ts";
import { writeScenes } from "../data/scenes/write-scenes.ts";
import { progressBar } from "./progress.ts";

export interface DrawnScenesRequest extends Omit<ScenesOptions, "onProgress"> {
  readonly folder: string;
  /** Show no progress. */
  readonly quiet: boolean;
}

/** Writes the built-in data set where it is missing, and shows how far it has come. @throws as `writeScenes`. */
export async function drawScenes({ folder, quiet, ...options }: DrawnScenesRequest): Promise<void> {
  const progress = progressBar("drawing scenes", { quiet });
  try {
    await writeScenes(folder, {
      ...options,
      onProgress: ({ done, total }) => progress.show(done, total, ""),
    });
  } finally {
    progress.stop();
  }
}
