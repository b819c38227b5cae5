import {
  bannedTokens,
  type Candidates,
  type NextTokens,
  type SearchSettings,
  type SearchTokens,
} from "./search.ts";

/** A finished sequence and its score, Σ log p / lengthᵖ. */
interface Hypothesis {
  readonly sequence: readonly number[];
  readonly score: number;
}

/** A growing sequence: its tokens, Σ log p, and the row of the step before that it continues. */
interface Beam {
  readonly sequence: readonly number[];
  readonly sum: number;
  readonly row: number;
}

interface Example {
  beams: readonly Beam[];
  finished: readonly Hypothesis[];
  done: boolean;
}

interface Option {
  readonly beam: Beam;
  readonly row: number;
  readonly token: number;
  readonly sum: number;
}

function withHypothesis(finished: readonly Hypothesis[], beam: Beam, sum: number, settings: SearchSettings) {
  const score = sum / beam.sequence.length ** settings.lengthPenalty;
  const made = [...finished, { sequence: beam.sequence, score }].toSorted((a, b) => b.score - a.score);
  return made.slice(0, settings.beams);
}

/** Candidates of one beam after the processors: forced end, or log-probabilities without banned tokens. */
function options(
  beam: Beam,
  row: number,
  candidates: Candidates,
  settings: SearchSettings,
  eos: number,
): Option[] {
  if (settings.forceEnd && beam.sequence.length === settings.maxLength - 1) {
    // Every other token has probability zero; they still fill the beams of this last step.
    const others = candidates.tokens.filter((token) => token !== eos);
    return [
      { beam, row, token: eos, sum: beam.sum },
      ...others.map((token) => ({ beam, row, token, sum: Number.NEGATIVE_INFINITY })),
    ];
  }
  const banned = bannedTokens(beam.sequence, settings.noRepeatNgram);
  return candidates.tokens.flatMap((token, i) =>
    banned.has(token) ? [] : [{ beam, row, token, sum: beam.sum + (candidates.logProbabilities[i] ?? 0) }],
  );
}

/** One step of one example: the best 2·beams options grow the beams or finish hypotheses. */
function advance(
  example: Example,
  rows: readonly Candidates[],
  firstRow: number,
  settings: SearchSettings,
  eos: number,
): void {
  const ranked = example.beams
    .flatMap((beam, i) => options(beam, firstRow + i, rows[firstRow + i] ?? EMPTY, settings, eos))
    .toSorted((a, b) => b.sum - a.sum)
    .slice(0, 2 * settings.beams);
  const length = example.beams[0]?.sequence.length ?? 1;
  const beams: Beam[] = [];
  for (const [rank, { beam, row, token, sum }] of ranked.entries()) {
    if (beams.length === settings.beams) break;
    if (token !== eos) beams.push({ sequence: [...beam.sequence, token], sum, row });
    else if (rank < settings.beams) example.finished = withHypothesis(example.finished, beam, sum, settings);
  }
  example.beams = beams;
  example.done = isDone(example.finished, (ranked[0]?.sum ?? 0) / length ** settings.lengthPenalty, settings);
}

const EMPTY: Candidates = { tokens: [], logProbabilities: [] };

function isDone(finished: readonly Hypothesis[], best: number, settings: SearchSettings): boolean {
  if (finished.length < settings.beams) return false;
  return settings.earlyStopping || (finished.at(-1)?.score ?? 0) >= best;
}

function bestOf(
  { beams, finished, done }: Example,
  settings: SearchSettings,
  eos: number,
): readonly number[] {
  const closed = done
    ? finished
    : beams.reduce((all, beam) => withHypothesis(all, beam, beam.sum, settings), finished);
  const sequence = closed[0]?.sequence ?? [];
  return sequence.length < settings.maxLength ? [...sequence, eos] : sequence;
}

/**
 * Beam search as transformers 4.2.1: 2·beams options a step, an end token counts only among the best `beams`, scores
 * are divided by the length without the end token. (spec training §8)
 */
export async function beamSearch(
  count: number,
  next: NextTokens,
  settings: SearchSettings,
  tokens: SearchTokens,
): Promise<readonly (readonly number[])[]> {
  const examples = Array.from({ length: count }, (_, e): Example => ({
    beams: Array.from({ length: settings.beams }, (_unused, i) => ({
      sequence: [tokens.decoderStart],
      // Only the first beam counts at the first step: all rows are equal then.
      sum: i === 0 ? 0 : -1e9,
      row: e * settings.beams + i,
    })),
    finished: [],
    done: false,
  }));
  for (let length = 1; length < settings.maxLength && examples.some(({ done }) => !done); length++) {
    const beams = examples.flatMap((example) => example.beams);
    const last = beams.map(({ sequence }) => sequence.at(-1) ?? tokens.pad);
    const rows = await next(
      last,
      beams.map(({ row }) => row),
      length - 1,
    );
    examples.forEach((example, e) => {
      if (!example.done) advance(example, rows, e * settings.beams, settings, tokens.eos);
      else example.beams = example.beams.map((beam, i) => ({ ...beam, row: e * settings.beams + i }));
    });
  }
  return examples.map((example) => bestOf(example, settings, tokens.eos));
}
