import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { subtitleLines } from "./subtitle-lines.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "subtitles-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function linesOf(name: string, content: string, clip?: string): Promise<readonly string[]> {
  await writeFile(join(folder, name), content);
  return subtitleLines(join(folder, name), clip);
}

describe("subtitleLines", () => {
  it("takes text as it is", async () => {
    expect(await subtitleLines("hello\nyou".replace("\\\n", "\n"), undefined)).toEqual(["hello", "you"]);
  });

  it("takes the words of SRT and WebVTT, without times, numbers and markup", async () => {
    const srt =
      "\uFEFF1\r\n00:00:01,000 --> 00:00:02,500\r\nHello <i>there</i>\r\n42\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nbye\r\n";
    expect(await linesOf("a.srt", srt)).toEqual(["Hello there 42", "bye"]);
    const vtt = "WEBVTT\n\nNOTE made up\n\n00:01.000 --> 00:02.500\n<v Ann>Hello\n";
    expect(await linesOf("a.vtt", vtt)).toEqual(["Hello"]);
  });

  it("takes the lines of a text file", async () => {
    expect(await linesOf("a.txt", "one\n\n two \n")).toEqual(["one", "two"]);
  });

  it("takes those of the clip from the benchmarks' files", async () => {
    const clip = { vid_name: "show_1", sub: [{ text: " Ann : hi " }, { text: "yes" }] };
    expect(await linesOf("tv.jsonl", JSON.stringify(clip), "features/show_1.npz")).toEqual(["Ann : hi yes"]);
    await expect(linesOf("tv.jsonl", JSON.stringify(clip), "show_2.npz")).rejects.toThrow(
      'the vid_name "show_2"',
    );
  });

  it("refuses a file that is not there, and one of another form", async () => {
    await expect(subtitleLines(join(folder, "none.srt"), undefined)).rejects.toThrow("cannot be read");
    await expect(linesOf("odd.srt", "no cues at all")).rejects.toThrow("neither SRT nor WebVTT");
  });
});
