import { type DescribedClip, joinedSubtitles, readDescribedClips } from "../data/index.ts";
import { PROMPTS } from "../text/index.ts";
import { requireAsked } from "./asked.ts";
import {
  clipCaptionFile,
  type ClipEntry,
  readClipCaptions,
  scoreClipCaptions,
  tokenizedClipCaptions,
  withoutDescriptions,
} from "./clip-caption-scores.ts";
import { CLIP_FORM } from "./clip-form.ts";
import { CLIP_SOURCE, clipReferences, clipSource, spokenWords } from "./clip-source.ts";
import { clipExample, clipText, type ClipWords, textOptions } from "./clip-text.ts";
import { answeredBy } from "./predictions.ts";
import type { Example, Task, TaskSplit } from "./task.ts";
import { isTrainingSplit } from "./task-source.ts";

/** One benchmark of captions of clips. */
interface Benchmark {
  readonly name: "tvc" | "yc2c";
  /** Whether a part of the clip is described, or all of it. */
  readonly timed: boolean;
}

/**
 * TVC: captions of moments of television shows.
 * Quirk: the moment stands in the text as Python prints a list, in round brackets: `[TS] ([35.73, 40.9])`.
 */
export const tvc: Task = clipCaptions({ name: "tvc", timed: true });

/** YouCook2: captions of single steps of recipes. */
export const yc2c: Task = clipCaptions({ name: "yc2c", timed: false });

/**
 * Captions of clips. The source text is subtitles, time span (where there is one) and prompt. Training splits
 * have one example per description; others one per clip, because the original, which has one per description there
 * too, gives the model the same input for all of them.
 */
function clipCaptions({ name, timed }: Benchmark): Task {
  const needed = timed ? (["time"] as const) : [];
  return {
    name,
    prompt: PROMPTS[name],
    sixtieths: 60,
    sourceSchema: CLIP_SOURCE,
    resultEnding: "jsonl",
    referenceHelp: "the split's annotation files (JSON lines)",
    form: () => CLIP_FORM,
    ask(asked, _, options = {}) {
      requireAsked(name, asked, { needed, optional: ["subtitles"] });
      const { time, subtitles = [] } = asked;
      const words = clipWords(joinedSubtitles(subtitles), time && `[${time.join(", ")}]`);
      return clipText(words, textOptions(options, PROMPTS[name]));
    },
    async load(source, split, options = {}) {
      const { annotations, subtitles } = await clipSource(name, source, split);
      const clips = await readDescribedClips(annotations, { timed });
      const saidIn = spokenWords(subtitles, clips);
      const text = textOptions(options, PROMPTS[name]);
      const example = (id: number | string, clip: DescribedClip, references: readonly string[]): Example =>
        clipExample(
          { id: String(id), images: [clip.clip], references },
          () => clipWords(saidIn(clip.clip), clip.time),
          text,
        );
      const entries = isTrainingSplit(split) ? perDescription(clips, example) : perClip(clips, example);
      return captionSplit(name, split, entries);
    },
    readResults: readClipCaptions,
    referenceSource: clipReferences,
  };
}

function clipWords(subtitles: string, time: string | undefined): ClipWords {
  return { subtitles, parts: time === undefined ? [] : [`[TS] (${time})`] };
}

type MakeExample = (id: number | string, clip: DescribedClip, references: readonly string[]) => Example;

function perClip(clips: readonly DescribedClip[], example: MakeExample): ClipEntry[] {
  return clips.map((clip) => {
    const references = (clip.descriptions ?? []).map(({ text }) => text);
    return { example: example(clip.id, clip, references), clip, description: undefined };
  });
}

function perDescription(clips: readonly DescribedClip[], example: MakeExample): ClipEntry[] {
  return clips.flatMap((clip) => {
    if (clip.descriptions === undefined) throw withoutDescriptions(clip);
    const references = clip.descriptions.map(({ text }) => text);
    return clip.descriptions.map(({ id, text }) => ({
      example: example(id, clip, references),
      clip,
      description: text,
    }));
  });
}

function captionSplit(task: Benchmark["name"], split: string, entries: readonly ClipEntry[]): TaskSplit {
  const examples = entries.map(({ example }) => example);
  return {
    task,
    split,
    form: CLIP_FORM,
    examples,
    target(index, random) {
      const entry = entries[index];
      if (entry === undefined) throw new RangeError(`split ${split} has no example ${index}`);
      const { example, clip, description } = entry;
      if (example.references.length === 0) throw withoutDescriptions(clip);
      return { text: description ?? random.pick(example.references), weight: 1 };
    },
    ...answeredBy(examples),
    score: (predictions) => scoreClipCaptions(entries, predictions),
    tokenizedCaptions: (predictions) => tokenizedClipCaptions(entries, predictions),
    resultFile: (predictions) => clipCaptionFile(entries, predictions),
  };
}
