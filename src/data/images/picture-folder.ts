import { type Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { VlPetError } from "../../error.ts";
import { PHOTO_NAME } from "../formats/photos.ts";
import { filesById } from "../feature-place.ts";
import { imageStem } from "../image-name.ts";

/** What a folder of pictures can hold: photos, videos, or a folder of photos for each video, which are its frames. */
export const PICTURE_KINDS = ["photos", "videos", "frames"] as const;
export type PictureKind = (typeof PICTURE_KINDS)[number];

/** A photo, a video, or a folder of frames. */
export interface Picture {
  /** What its features are called. */
  readonly id: string;
  readonly path: string;
}

export interface PictureFolder {
  readonly kind: PictureKind;
  /** In alphabetical order of their names. */
  readonly pictures: readonly Picture[];
}

const VIDEO_NAME = /\.(?:mp4|m4v|mkv|webm|avi|mov|flv|wmv|mpe?g)$/i;

/** The name without its last ending. */
function videoStem(name: string): string {
  return name.replace(/\.[^.]+$/, "");
}

/**
 * The pictures in a folder. Photos are named by their file name up to the first dot, videos by theirs without the
 * ending, folders of frames by their own.
 *
 * @param kind - what to take where there are several; null = what there is
 * @throws VlPetError "data" when the folder cannot be read or has none, or two have one name; "config" when it has photos
 * and videos, and `kind` does not choose.
 */
export async function pictureFolder(folder: string, kind: PictureKind | null): Promise<PictureFolder> {
  const entries = await listed(folder);
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const place = { path: folder, folder, names, isFile: false };
  const found: Readonly<Record<PictureKind, readonly Picture[]>> = {
    photos: pictures(filesById(place, PHOTO_NAME, imageStem)),
    videos: pictures(filesById(place, VIDEO_NAME, videoStem)),
    frames: below.map((name) => ({ id: name, path: join(folder, name) })),
  };
  const chosen = kind ?? theKind(folder, found);
  if (found[chosen].length > 0) return { kind: chosen, pictures: found[chosen] };
  throw new VlPetError("data", `the folder holds no ${chosen}`, {
    where: folder,
    expected: "photos (.jpg, .png, .webp), videos (.mp4, .mkv, …), or a folder of frames for each video",
    received: names.length === 0 ? "an empty folder" : `${names.length} other files`,
    fix: "name the folder that holds the pictures themselves",
  });
}

/** Folders count only where there is nothing else: beside photos lies much that is of no concern here. */
function theKind(folder: string, { photos, videos }: Readonly<Record<PictureKind, readonly Picture[]>>) {
  if (photos.length > 0 && videos.length > 0) {
    throw new VlPetError("config", "the folder holds photos and videos", {
      where: folder,
      received: `${photos.length} photos, ${videos.length} videos`,
      fix: "say which are meant: --kind photos or --kind videos",
    });
  }
  if (videos.length > 0) return "videos";
  return photos.length > 0 ? "photos" : "frames";
}

function pictures(files: ReadonlyMap<string, string>): readonly Picture[] {
  return [...files].map(([id, path]) => ({ id, path }));
}

async function listed(folder: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw new VlPetError("data", "the folder of pictures cannot be listed", {
      where: folder,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check the path; it must be a folder",
      cause,
    });
  }
}

const BY_NUMBER = new Intl.Collator("en", { numeric: true });

/**
 * The photos in a folder of frames, in the order of the numbers in their names ("frame 9" before "frame 10").
 *
 * @throws VlPetError "data" when the folder cannot be read or has none.
 */
export async function frameFiles(folder: string): Promise<readonly string[]> {
  const names = (await listed(folder)).map(({ name }) => name).filter((name) => PHOTO_NAME.test(name));
  if (names.length > 0) {
    return names.toSorted((a, b) => BY_NUMBER.compare(a, b)).map((name) => join(folder, name));
  }
  throw new VlPetError("data", "the folder holds no frames", {
    where: folder,
    expected: "photos (.jpg, .png, .webp), one a frame, in the order of their names",
    fix: "remove the folder, or put the frames there",
  });
}
