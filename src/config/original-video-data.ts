import type { TaskTable } from "./run-config.ts";

/** The original's folder of frame features (CLIP ViT-B/32) of a collection of clips. */
function features(domain: string): string {
  return `video/vis_features/${domain}/clip-vit`;
}

/** A split of a task: its annotation files, and what is said in the clips. */
function clips(domain: string, task: string, splits: readonly string[]) {
  return {
    annotations: splits.map((split) => `video/ann/${task}/${task}_${split}.jsonl`),
    subtitles: `video/ann/${domain}_subtitles.jsonl`,
  };
}

/** A task with the splits of VALUE's release. Test splits have no answers: they give result files to submit. */
function released(domain: string, task: string, test: string) {
  return {
    features: features(domain),
    train: clips(domain, task, ["train_release"]),
    valid: clips(domain, task, ["val_release"]),
    test: clips(domain, task, [test]),
  };
}

/** The clips of the original's four video tasks as it lays them out, below the folder `data`. */
export const ORIGINAL_VIDEO_DATA = {
  tvqa: {
    features: features("tv"),
    train: clips("tv", "tvqa", ["train"]),
    valid: clips("tv", "tvqa", ["val"]),
    test: clips("tv", "tvqa", ["test_public", "test_release"]),
  },
  how2qa: released("how2", "how2qa", "test_public_release"),
  tvc: released("tv", "tvc", "test_release"),
  yc2c: released("yc2", "yc2c", "test_release"),
} as const satisfies TaskTable;
