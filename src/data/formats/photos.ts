import { VlPetError } from "../../error.ts";
import { featurePlace, type FeaturePlace, filesById } from "../feature-place.ts";
import {
  type FeatureOptions,
  type ImageEncoder,
  type ListedSource,
  listedSource,
} from "../feature-source.ts";
import { imageStem } from "../image-name.ts";

export const PHOTO_NAME = /\.(?:jpe?g|png|webp)$/i;

/**
 * A folder of photos (.jpg, .png, .webp), found by file name up to the first dot and turned into features by `encode`.
 *
 * @throws VlPetError "data" when the folder cannot be listed or two photos have the same name.
 */
export async function imageFeatures(
  folder: string,
  encode: ImageEncoder,
  options: FeatureOptions = {},
): Promise<ListedSource> {
  return photos(await featurePlace(folder), { ...options, encode });
}

/** As `imageFeatures`. @throws VlPetError "config" when there is no `encode`. */
export function photos(
  place: FeaturePlace,
  { encode, ...options }: FeatureOptions & { readonly encode?: ImageEncoder },
): ListedSource {
  if (encode === undefined) {
    throw new VlPetError("config", "this folder holds photos, and nothing is set up to encode them", {
      where: place.path,
      fix: "choose an image encoder, or name a folder of extracted features",
    });
  }
  return listedSource(
    {
      describe: `photos in ${place.path}`,
      where: place.path,
      entries: filesById(place, PHOTO_NAME, imageStem),
      fileOf: (file) => file,
      async readStored(_imageId, file) {
        const { values, ...shape } = await encode(file);
        return { ...shape, words: values };
      },
    },
    options,
  );
}
