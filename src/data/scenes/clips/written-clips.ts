import { join } from "node:path";

import { writeNpz } from "../../write-npz.ts";
import type { SplitPlan } from "../split-plan.ts";
import type { AnnotationFile, WrittenItem } from "../written-pictures.ts";
import { clipSubtitles, how2qaQuestions, tvcClips, tvqaQuestions, yc2cClips } from "./clip-annotations.ts";
import { clipFeatures } from "./clip-features.ts";
import { CLIP_DOMAINS, clipFiles, clipFolder, subtitlesFile } from "./clip-ids.ts";
import { randomClipLook } from "./clip-picture.ts";
import { clipStream, plannedClip } from "./clip-plan.ts";

/** One record a line. */
function jsonLines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** The annotation files about the clips of all splits: those of each split, and the subtitles of each domain. */
export function clipAnnotationFiles(plans: readonly SplitPlan[]): readonly AnnotationFile[] {
  const ofSplits = plans.flatMap((plan) => {
    const names = clipFiles(plan.split);
    return [
      { file: names.tvqa, content: () => jsonLines(tvqaQuestions(plan)) },
      { file: names.how2qa, content: () => jsonLines(how2qaQuestions(plan)) },
      { file: names.tvc, content: () => jsonLines(tvcClips(plan)) },
      { file: names.yc2c, content: () => jsonLines(yc2cClips(plan)) },
    ];
  });
  const ofDomains = CLIP_DOMAINS.map((domain) => ({
    file: subtitlesFile(domain),
    content: () => jsonLines(plans.flatMap((plan) => clipSubtitles(plan, domain))),
  }));
  return [...ofSplits, ...ofDomains];
}

/** The clips of a split, those of each domain. */
export function clipItems(plan: SplitPlan): readonly WrittenItem[] {
  return CLIP_DOMAINS.flatMap((domain) =>
    Array.from({ length: plan.scenes }, (_, index) => {
      const { name, story, frames } = plannedClip(plan, domain, index);
      const file = `${clipFolder(domain)}/${name}.npz`;
      return {
        files: [file],
        async write(folder: string) {
          const look = randomClipLook(story.clip, clipStream(plan, domain, "drawing", index));
          await writeNpz(join(folder, file), await clipFeatures(story.clip, look, frames));
        },
      };
    }),
  );
}
