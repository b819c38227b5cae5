import { SCENE_SPLITS, type SceneSplit } from "../random-scene.ts";
import { MOST_SCENES } from "../scene-ids.ts";

/** Where clips come from, as in the VALUE benchmark: shows, how-to videos, cooking videos. */
export const CLIP_DOMAINS = ["tv", "how2", "yc2"] as const;
export type ClipDomain = (typeof CLIP_DOMAINS)[number];

/** The name of a clip: that of its feature file and in all annotations. */
export function clipName(domain: ClipDomain, split: SceneSplit, index: number): string {
  return `${domain}_${split}_${String(index + 1).padStart(6, "0")}`;
}

/** A number for clip `index` of a split, unique over the splits. */
export function clipId(split: SceneSplit, index: number): number {
  return SCENE_SPLITS.indexOf(split) * MOST_SCENES + index + 1;
}

/** The folder of a domain's features, relative to the data set's folder. */
export function clipFolder(domain: ClipDomain): string {
  return `clips/${domain}`;
}

/** The subtitles of all clips of a domain. */
export function subtitlesFile(domain: ClipDomain): string {
  return `${domain}_subtitles.jsonl`;
}

/** The names of a split's files about clips, relative to the data set's folder. */
export function clipFiles(split: SceneSplit): {
  readonly tvqa: string;
  readonly how2qa: string;
  readonly tvc: string;
  readonly yc2c: string;
} {
  return {
    tvqa: `tvqa_${split}.jsonl`,
    how2qa: `how2qa_${split}.jsonl`,
    tvc: `tvc_${split}.jsonl`,
    yc2c: `yc2c_${split}.jsonl`,
  };
}
