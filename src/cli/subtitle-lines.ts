import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { parse } from "@plussub/srt-vtt-parser";
import { clipName, readSubtitles } from "../data/index.ts";
import { VlPetError } from "../error.ts";

/** Names that are meant as files even where there is none. */
const FILE_NAME = /\.(?:srt|vtt|jsonl|txt)$/i;

/**
 * What is said in a clip, line by line: a file in SRT or WebVTT, the benchmarks' JSON lines of many clips (of which the
 * one is taken that is called like `clip`), any other file as text, or else the given text itself.
 *
 * @throws VlPetError "data" when the file cannot be read or has nothing for the clip.
 */
export async function subtitleLines(given: string, clip: string | undefined): Promise<readonly string[]> {
  if (!existsSync(given) && !FILE_NAME.test(given)) return given.split("\n");
  if (/\.jsonl$/i.test(given)) return [await clipSubtitles(given, clip)];
  const text = await readFile(given, "utf8").catch((cause: unknown) => {
    throw new VlPetError("data", "the subtitles cannot be read", {
      where: given,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check the path",
      cause,
    });
  });
  const lines = /\.(?:srt|vtt)$/i.test(given) ? cues(text, given) : text.split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

async function clipSubtitles(file: string, clip: string | undefined): Promise<string> {
  const name = clipName(clip ?? "");
  const subtitles = (await readSubtitles(file)).get(name);
  if (subtitles !== undefined) return subtitles;
  throw new VlPetError("data", "the file has no subtitles of this clip", {
    where: file,
    expected: `a line with the vid_name "${name}"`,
    fix: "name the feature file after the clip, or give its subtitles as text",
  });
}

/** The texts of a subtitle file without markup such as `<i>`. */
function cues(text: string, file: string): readonly string[] {
  try {
    const parsed = parse(text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"));
    const entries: readonly { readonly text: string }[] = parsed.entries;
    return entries.map((entry) => entry.text.replaceAll(/<[^>]*>/g, "").replaceAll("\n", " "));
  } catch (cause) {
    throw new VlPetError("data", "the file is neither SRT nor WebVTT", {
      where: file,
      expected: "cues with times such as 00:00:01,000 --> 00:00:02,500",
      fix: "give the text itself, or a file that ends in .txt",
      cause,
    });
  }
}
