import * as v from "valibot";
import { imageStem, readCaptions, readJson, type CaptionedImage } from "../../data/index.ts";
import { karpathySplit } from "../task-source.ts";

/** Which split an image belongs to, by its name without ending. */
export type ImageSplits = ReadonlyMap<string, string>;

const KARPATHY = v.object({ images: v.array(v.object({ filename: v.string(), split: v.string() })) });

/** Splits as Karpathy's file has them; "restval" counts as "train". @throws VlPetError "data" as `readJson`. */
export async function karpathySplits(file: string): Promise<ImageSplits> {
  const { images } = await readJson(file, KARPATHY);
  return new Map(
    images.map(({ filename, split }) => [
      imageStem(filename),
      split === "restval" ? "train" : karpathySplit(split),
    ]),
  );
}

/** An image's split where there is no file of Karpathy's: val2014 is dealt out in turn to val and test. */
function ownSplit(release: "train2014" | "val2014", place: number): string {
  if (release === "train2014") return "train";
  return place % 2 === 0 ? "val" : "test";
}

/** The images of the official caption files with splits of our own, in the form of Karpathy's file. */
export interface OwnSplits {
  readonly images: readonly object[];
  readonly splits: ImageSplits;
}

/**
 * A division of COCO's images in place of Karpathy's: train2014 is trained on, every other image of val2014 (in the order
 * of the file) is one of val, the rest are test. Scores on it do not compare with published ones.
 *
 * @throws VlPetError "data" when a file is unreadable or has another form.
 */
export async function ownSplits(
  files: Readonly<Record<"train2014" | "val2014", string>>,
): Promise<OwnSplits> {
  const images: object[] = [];
  const splits = new Map<string, string>();
  for (const release of ["train2014", "val2014"] as const) {
    for (const [place, image] of (await readCaptions(files[release], release)).entries()) {
      const split = ownSplit(release, place);
      splits.set(image.image, split);
      images.push(karpathyRecord(image, release, split));
    }
  }
  return { images, splits };
}

function karpathyRecord(
  { image, imageId, captions }: CaptionedImage,
  release: string,
  split: string,
): object {
  return {
    filename: `${image}.jpg`,
    filepath: release,
    split,
    cocoid: imageId,
    sentences: captions.map((raw) => ({ raw })),
  };
}
