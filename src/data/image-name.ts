/** An image's id from its file name: the name up to the first dot, as the original's feature files are named. */
export function imageStem(fileName: string): string {
  const name = fileName.split(/[\\/]/).at(-1) ?? "";
  const dot = name.indexOf(".");
  return dot === -1 ? name : name.slice(0, dot);
}

/** A clip's id from its file name: the name without the ending of a feature file. */
export function clipName(fileName: string): string {
  return (fileName.split(/[\\/]/).at(-1) ?? "").replace(/\.(?:npz|npy|h5|hdf5)$/i, "");
}

/**
 * The number part of a COCO image name, or undefined for other names. COCO renamed its files: the image
 * `COCO_val2014_000000000042` of the 2014 release is `000000000042` in the 2017 release.
 */
export function cocoNumber(stem: string): string | undefined {
  return /^(?:COCO_[a-z]+\d{4}_)?(\d{12})$/.exec(stem)?.[1];
}
