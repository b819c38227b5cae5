import type { Example, LoadOptions } from "./task.ts";

/**
 * Quirk: the text begins with the subtitles of the whole clip and is cut off at its end when it is over the limit, so
 * where people talk much the question, the choices and the prompt are lost. The improved behaviour cuts the subtitles.
 */
const SUBTITLES = "[Subs] ";

/** What a source text says about a clip. */
export interface ClipWords {
  /** All that is said in it. */
  readonly subtitles: string;
  /** What stands between the subtitles and the prompt. */
  readonly parts: readonly string[];
}

/** The options of a task's texts. @param own the task's own prompt. */
export function textOptions({ prompt, behaviour }: LoadOptions, own: string): Required<LoadOptions> {
  return { prompt: prompt ?? own, behaviour: behaviour ?? "original" };
}

/** The source text about a clip: subtitles, parts and prompt, with one space between them (spec: datasets §9.3). */
export function clipText(
  { subtitles, parts }: ClipWords,
  { prompt, behaviour }: Required<LoadOptions>,
): Pick<Example, "prompt" | "spare"> {
  const text = [SUBTITLES + subtitles, ...parts, prompt].join(" ");
  if (behaviour === "original") return { prompt: text };
  return { prompt: text, spare: [SUBTITLES.length, SUBTITLES.length + subtitles.length] };
}

/** An example about a clip. */
export function clipExample(
  shown: Pick<Example, "id" | "images" | "references">,
  words: () => ClipWords,
  options: Required<LoadOptions>,
): Example {
  const { spare } = clipText(words(), options);
  return {
    ...shown,
    // Made anew each time: kept, the texts of a large split would hold the subtitles of every clip many times.
    get prompt() {
      return clipText(words(), options).prompt;
    },
    ...(spare && { spare }),
  };
}
