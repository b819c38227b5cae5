import { execFile, spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { VlPetError } from "../../error.ts";
import type { Pixels } from "./bicubic.ts";

export interface VideoOptions {
  /** Pixels a side of the square that is cut out of each frame. */
  readonly side: number;
  /** The program that decodes videos: a name that is found in PATH, or a path. */
  readonly ffmpeg: string;
}

/** Frames a second: one every one and a half seconds (HERO's extractor of video features; spec: datasets §19.1). */
const RATE = "2/3";
/** Videos shorter than this, in seconds, have another rate: 2 over their whole seconds, which are 0 or 1, but at least 1. */
const SHORT = 1.6;
const SHORT_RATE = "2";

const CHANNELS = 3;

/**
 * The length of a video in seconds as its container tells it; null when it does not.
 *
 * @throws VlPetError "data" when the file is no video, "config" when there is no ffmpeg.
 */
async function duration(file: string, ffmpeg: string): Promise<number | null> {
  const text = await new Promise<string>((settle, fail) => {
    execFile(ffmpeg, ["-hide_banner", "-nostdin", "-i", file], (error, _, stderr) => {
      // Without an output ffmpeg always ends with an error; what it is worth shows in the words.
      if (error !== null && isMissing(error)) fail(missingProgram(ffmpeg, error));
      else settle(stderr);
    });
  });
  const stated = /Duration: (?:(\d+):(\d+):([\d.]+)|N\/A)/.exec(text);
  if (stated === null) throw unreadable(file, text);
  const [, hours, minutes, seconds] = stated;
  return hours === undefined ? null : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function isMissing(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

/** The shorter side becomes `side`, the longer one as much smaller, cut off; then the middle (spec: datasets §19.2). */
function filters(rate: string, side: number): string {
  const width = `if(gt(iw,ih),trunc(iw*${side}/ih),${side})`;
  const height = `if(gt(iw,ih),${side},trunc(ih*${side}/iw))`;
  const crop = `crop=${side}:${side}:trunc((iw-${side})/2):trunc((ih-${side})/2)`;
  return [`fps=${rate}`, `scale=w='${width}':h='${height}'`, crop].join(",");
}

/**
 * The frames of a video as squares, one every one and a half seconds. They are decoded while they are taken; whoever
 * stops early ends the decoder.
 *
 * @throws VlPetError "data" when the file is no video or breaks off, "config" when there is no ffmpeg.
 */
export async function* videoFrames(file: string, { side, ffmpeg }: VideoOptions): AsyncGenerator<Pixels> {
  const length = await duration(file, ffmpeg);
  const rate = length !== null && length > 0 && length < SHORT ? SHORT_RATE : RATE;
  const raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"];
  const args = [
    "-hide_banner",
    "-loglevel",
    "error",
    "-nostdin",
    "-i",
    file,
    "-vf",
    filters(rate, side),
    ...raw,
  ];
  const child = spawn(ffmpeg, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = outcome(child);
  ended.catch(() => undefined); // it is awaited when all frames are read
  try {
    let count = 0;
    for await (const data of pieces(child.stdout, side * side * CHANNELS)) {
      count++;
      yield { width: side, height: side, data };
    }
    const { code, words } = await ended;
    if (code !== 0 || count === 0) throw unreadable(file, words);
  } finally {
    child.kill();
  }
}

/** How a decoder ended, and its last words. */
function outcome(child: ChildProcessByStdio<null, Readable, Readable>) {
  let words = "";
  child.stderr.on("data", (part: Buffer) => {
    words = `${words}${part.toString()}`.slice(-2000);
  });
  return new Promise<{ code: number | null; words: string }>((settle, fail) => {
    child.on("error", fail);
    child.on("close", (code) => settle({ code, words }));
  });
}

/** A stream in pieces of `length` bytes; a shorter one at the end is left out. */
async function* pieces(stream: Readable, length: number): AsyncGenerator<Uint8Array> {
  let piece = new Uint8Array(length);
  let filled = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    for (let at = 0; at < part.length;) {
      const taken = Math.min(length - filled, part.length - at);
      piece.set(part.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled < length) continue;
      yield piece;
      piece = new Uint8Array(length);
      filled = 0;
    }
  }
}

function missingProgram(ffmpeg: string, cause: unknown): VlPetError {
  return new VlPetError("config", "videos are decoded by ffmpeg, which is not there", {
    where: ffmpeg,
    fix: "install ffmpeg and put it in PATH, name it with --ffmpeg, or give folders of frames instead of videos",
    cause,
  });
}

function unreadable(file: string, words: string): VlPetError {
  const lines = words.split("\n").filter((line) => line.trim() !== "");
  return new VlPetError("data", "the video cannot be read", {
    where: file,
    received: lines.at(-1)?.trim() ?? "no frames",
    fix: "check the path, convert the video, or leave it out",
  });
}
