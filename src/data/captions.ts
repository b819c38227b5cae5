import * as v from "valibot";
import { VlPetError } from "../error.ts";
import { imageStem } from "./image-name.ts";
import { readJson } from "./json-file.ts";
import { uniqueIds } from "./unique-ids.ts";

/** One image with its human captions. */
export interface CaptionedImage {
  /** The name of its feature file: the image's file name up to the first dot. */
  readonly image: string;
  /** What result files call it: COCO's number where the file has one. */
  readonly imageId: number | string;
  /** Captions without surrounding white space, in the file's order. */
  readonly captions: readonly string[];
}

const Id = v.union([v.number(), v.string()]);

/** Karpathy's split file: every image with its split and its sentences. */
const KARPATHY = v.object({
  images: v.array(
    v.object({
      filename: v.string(),
      split: v.string(),
      cocoid: v.optional(Id),
      sentences: v.array(v.object({ raw: v.string() })),
    }),
  ),
});

/** The official COCO captions file: images and captions in two lists. */
const OFFICIAL = v.object({
  images: v.array(v.object({ id: Id, file_name: v.string() })),
  annotations: v.array(v.object({ image_id: Id, caption: v.string() })),
});

const EITHER = v.lazy((input) =>
  typeof input === "object" && input !== null && "annotations" in input ? OFFICIAL : KARPATHY,
);

/**
 * Reads the captions of one split. The file is either Karpathy's `dataset_coco.json`, of which the images of `split`
 * are taken ("train" includes "restval", as in the original), or an official COCO captions file, which is a split of
 * its own and is taken whole. Images without a caption are left out of the official form.
 *
 * @throws VlPetError "data" when the file is unreadable or of neither form, holds nothing of the split, or an image of it
 * twice.
 */
export async function readCaptions(file: string, split: string): Promise<CaptionedImage[]> {
  const content = await readJson(file, EITHER);
  const images = "annotations" in content ? fromOfficial(content, file) : fromKarpathy(content, split);
  const note = uniqueIds("image id");
  for (const { imageId } of images) note(imageId, file);
  if (images.length > 0) return images;
  const splits = "annotations" in content ? [] : new Set(content.images.map((image) => image.split));
  throw new VlPetError("data", "there are no captions to read", {
    where: file,
    expected: `images of the split "${split}"`,
    received: [...splits].length === 0 ? "an empty file" : `splits ${[...splits].join(", ")}`,
    fix: "name one of the splits the file has",
  });
}

function fromKarpathy(content: v.InferOutput<typeof KARPATHY>, split: string): CaptionedImage[] {
  const wanted = split === "train" ? ["train", "restval"] : [split];
  return content.images
    .filter((image) => wanted.includes(image.split))
    .map(({ filename, cocoid, sentences }) => ({
      image: imageStem(filename),
      imageId: cocoid ?? imageStem(filename),
      captions: sentences.map((sentence) => sentence.raw.trim()),
    }));
}

function fromOfficial(content: v.InferOutput<typeof OFFICIAL>, file: string): CaptionedImage[] {
  const captions = new Map<number | string, string[]>(content.images.map((image) => [image.id, []]));
  for (const [i, { image_id: imageId, caption }] of content.annotations.entries()) {
    const list = captions.get(imageId);
    if (list === undefined) {
      throw new VlPetError("data", "a caption belongs to an image that is not listed", {
        where: `${file}, annotations[${i}]`,
        expected: "an image_id that occurs in images",
        received: String(imageId),
        fix: "use images and annotations of the same release",
      });
    }
    list.push(caption.trim());
  }
  return content.images
    .map(({ id, file_name: name }) => ({
      image: imageStem(name),
      imageId: id,
      captions: captions.get(id) ?? [],
    }))
    .filter((image) => image.captions.length > 0);
}
