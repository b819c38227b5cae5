import { linearMap, mul } from "../../src/ops/index.ts";
import { onnxModel } from "../../src/onnx/index.ts";
import type { Tensor } from "../../src/graph/index.ts";
import type { Fetched } from "../../src/runtime/index.ts";
import { generator } from "../../src/train/generation/index.ts";
import { likeliest, wordSession } from "../../src/train/generation/word-session.ts";
import { gradientsOf, lossGraph } from "../../src/train/step-graph.ts";
import { IGNORED } from "../../src/train/batch.ts";
import { GENERATIONS, rowsOf } from "./case.ts";
import type { CaseBatch } from "./batch-of-case.ts";
import { expectedParts, largest, worstAbsolute, worstRelative } from "./compare.ts";
import type { Setting } from "./run-case.ts";

/** One comparison: how far off, and how far off it may be. */
export interface Check {
  readonly what:
    | "trainable"
    | "total"
    | "unnamed"
    | "encoder"
    | "logits"
    | "loss"
    | "gradient"
    | "parameter"
    | "tokens";
  readonly error: number;
  readonly limit: number;
  /** What was worst. */
  readonly where?: string;
}

/** Tolerances suggested by the fixtures' README. */
export const LIMITS = { encoder: 5e-5, logits: 1e-4, loss: 1e-5, gradient: 2e-4, parameter: 3e-5 } as const;

const NOISE = 1e-5; // what an analytically zero gradient may be

function evaluationModel({ model, weights }: Setting, { variant }: CaseBatch) {
  const written = lossGraph(model, variant, "evaluate");
  const { table, bias, scale } = written.head;
  const { rows } = written.states;
  const outputs: Record<string, Tensor> = {
    encoder: written.encoded.states.rows,
    logits: linearMap(scale === 1 ? rows : mul(rows, scale), table, bias),
    loss: written.loss,
    token_loss: written.tokenLosses,
  };
  const { side } = written.encoded;
  if (side !== null) outputs["encoder_side"] = side.states.rows;
  const pairs = gradientsOf(model, written);
  for (const [{ path }, gradient] of pairs) outputs[`gradient/${path}`] = gradient;
  return onnxModel(outputs, weights.frozen);
}

/** Encoder, logits, losses and gradients of every batch at the initial weights. */
export async function checkForward(setting: Setting): Promise<Check[]> {
  const checks: Check[] = [];
  for (const batch of setting.batches) {
    const made = evaluationModel(setting, batch);
    const session = await setting.engine.compile(made, setting.weights.folder);
    const out = await session.run({ feeds: batch.feeds, fetch: Object.keys(made.outputs) });
    await session.release();
    checks.push(...compareValues(setting, batch, out), compareGradients(setting, batch, out));
    if (batch.about.nlvrPrediction !== undefined) checks.push(...(await checkAnswers(setting, batch)));
  }
  return checks;
}

function values(out: Fetched, name: string): Float32Array {
  return (out[name]?.data ?? new Float32Array()) as Float32Array;
}

function compareValues(setting: Setting, batch: CaseBatch, out: Fetched): Check[] {
  const checks: Check[] = [];
  const loss = values(out, "loss")[0] ?? Number.NaN;
  checks.push({
    what: "loss",
    error: Math.abs(loss - (batch.expected("loss")?.data[0] ?? Number.NaN)),
    limit: LIMITS.loss,
  });
  const tokenLoss = batch.expected("token_loss");
  if (tokenLoss !== undefined) {
    const scored = tokenLoss.data.filter((_, i) => batch.labels.flat()[i] !== IGNORED);
    checks.push({
      what: "loss",
      error: worstAbsolute(values(out, "token_loss"), scored),
      limit: LIMITS.loss,
      where: "token_loss",
    });
  }
  for (const name of ["encoder", "encoder_side", "logits"] as const) {
    const whole = batch.expected(name);
    if (whole === undefined) continue;
    const what = name === "logits" ? name : "encoder";
    const error = worstAbsolute(values(out, name), whole.data);
    checks.push({ what, error, limit: LIMITS[what], where: name });
  }
  return [...checks, ...compareSlices(setting, batch, out)];
}

/** Full-size cases give corners and norms instead of whole tensors. */
function compareSlices({ model }: Setting, batch: CaseBatch, out: Fetched): Check[] {
  const { width, vocabulary } = model.backbone.sizes;
  const checks: Check[] = [];
  const norms = batch.expected("encoder_row_norm");
  const corner = batch.expected("encoder_slice");
  const encoder = values(out, "encoder");
  if (norms !== undefined && corner !== undefined) {
    const got = Array.from(norms.data, (_, row) =>
      Math.hypot(...encoder.subarray(row * width, (row + 1) * width)),
    );
    checks.push({
      what: "encoder",
      error: worstRelative(got, norms.data),
      limit: LIMITS.encoder,
      where: "row norms",
    });
    const [examples = 0, , channels = 0] = corner.shape;
    const length = norms.shape[1] ?? 0;
    const positions = Array.from({ length: corner.shape[1] ?? 0 }, (_, i) => (i < 8 ? i : length - 12 + i));
    const picked = Array.from({ length: examples }, (_, b) =>
      positions.flatMap((p) => [
        ...encoder.subarray((b * length + p) * width, (b * length + p) * width + channels),
      ]),
    ).flat();
    checks.push({
      what: "encoder",
      error: worstAbsolute(picked, corner.data),
      limit: LIMITS.encoder,
      where: "corner",
    });
  }
  const slice = batch.expected("logits_slice");
  const totals = batch.expected("logits_logsumexp");
  const best = batch.expected("logits_argmax");
  if (slice !== undefined && totals !== undefined && best !== undefined) {
    const logits = values(out, "logits");
    const rows = Array.from(totals.data, (_, row) =>
      logits.subarray(row * vocabulary, (row + 1) * vocabulary),
    );
    const picked = rows.flatMap((row) => [...row.subarray(0, slice.shape[2])]);
    checks.push({
      what: "logits",
      error: worstAbsolute(picked, slice.data),
      limit: LIMITS.logits,
      where: "corner",
    });
    checks.push({
      what: "logits",
      error: worstAbsolute(rows.map(logSumExp), totals.data),
      limit: LIMITS.logits,
      where: "logsumexp",
    });
    const wrong = rows.filter(
      (row, i) => row[best.data[i] ?? 0] !== row.reduce((a, b) => Math.max(a, b)),
    ).length;
    checks.push({ what: "logits", error: wrong, limit: 0, where: "argmax" });
  }
  return checks;
}

function logSumExp(row: Float32Array): number {
  const peak = row.reduce((a, b) => Math.max(a, b));
  return peak + Math.log(row.reduce((sum, z) => sum + Math.exp(z - peak), 0));
}

function compareGradients(setting: Setting, batch: CaseBatch, out: Fetched): Check {
  let worst: Check = { what: "gradient", error: 0, limit: LIMITS.gradient };
  let compared = 0;
  for (const parameter of setting.trained) {
    const got = values(out, `gradient/${parameter.path}`);
    const keys = setting.keys(parameter);
    const sizes = keys.map((key) => (setting.file.tensors.get(key)?.byteLength ?? 0) / 4);
    const { prefix } = batch.about;
    const parts = expectedParts(
      setting.parity,
      [`expected.${prefix}grad`, `expected.${prefix}grad_head`],
      keys,
      sizes,
    );
    const inert = keys.some((key) => setting.parity.about.inert[key]?.startsWith("analytically"));
    compared += parts.length;
    // All parts of a stacked parameter are measured against its largest gradient.
    const scale = Math.max(...parts.map(({ figures }) => largest(figures.data)));
    for (const { offset, figures } of parts) {
      const piece = got.subarray(offset, offset + figures.data.length);
      const absolute = worstAbsolute(piece, figures.data);
      const error = inert ? (absolute / NOISE) * LIMITS.gradient : scale === 0 ? absolute : absolute / scale;
      if (error > worst.error) worst = { ...worst, error, where: parameter.path };
    }
    const formula = formulaGradient(setting, parameter.path, keys, got, sizes);
    compared += formula.compared;
    if (formula.error > worst.error) worst = { ...worst, error: formula.error, where: parameter.path };
  }
  const wanted = setting.parity.about.trainable.length;
  return compared >= wanted - missingGradients(batch)
    ? worst
    : { ...worst, error: Number.POSITIVE_INFINITY, where: `${compared} of ${wanted} gradients compared` };
}

function missingGradients({ about }: CaseBatch): number {
  return "gradientNone" in about && Array.isArray(about.gradientNone) ? about.gradientNone.length : 0;
}

function formulaGradient(
  { parity }: Setting,
  path: string,
  keys: readonly string[],
  got: Float32Array,
  sizes: readonly number[],
): { readonly error: number; readonly compared: number } {
  let [error, offset, compared] = [0, 0, 0];
  keys.forEach((key, i) => {
    const wanted = parity.about.gradients?.[key];
    const piece = got.subarray(offset, offset + (sizes[i] ?? 0));
    offset += sizes[i] ?? 0;
    if (wanted === undefined) return;
    compared++;
    const norm = Math.hypot(...chunkNorms(piece));
    const scale = largest(piece) || 1;
    error = Math.max(
      error,
      Math.abs(norm - wanted.l2) / (wanted.l2 || 1),
      worstAbsolute(piece.subarray(0, wanted.first8.length), wanted.first8) / scale,
    );
  });
  if (!Number.isFinite(error)) throw new RangeError(`gradient of ${path} is not finite`);
  return { error, compared };
}

/** Norms of pieces, because Math.hypot takes its numbers as arguments. */
function chunkNorms(values_: Float32Array): number[] {
  const norms: number[] = [];
  for (let i = 0; i < values_.length; i += 4096) norms.push(Math.hypot(...values_.subarray(i, i + 4096)));
  return norms;
}

/** Two-image task: the logits behind the decoder's start, and which of the two words is the likelier. */
async function checkAnswers(
  { engine, model, weights }: Setting,
  { about, encoder, variant, expected }: CaseBatch,
): Promise<Check[]> {
  const session = await wordSession({ engine, model, weights, variant });
  const tokens = Array.from({ length: model.backbone.sizes.vocabulary }, (_, token) => token);
  const logits = await session.scores(encoder, tokens);
  const { nlvrTrueId = -1, nlvrFalseId = -1, nlvrPrediction = [] } = about;
  const answers = (await session.scores(encoder, [nlvrTrueId, nlvrFalseId])).map(likeliest);
  return [
    {
      what: "logits",
      error: worstAbsolute(logits.flat(), expected("nlvr_logits")?.data ?? []),
      limit: LIMITS.logits,
      where: "nlvr_logits",
    },
    {
      what: "tokens",
      error: nlvrPrediction.filter((isTrue, i) => answers[i] !== (isTrue === 1 ? 0 : 1)).length,
      limit: 0,
      where: "nlvrPrediction",
    },
  ];
}

/** Generated tokens: how many sequences differ anywhere. */
export async function checkGenerations({
  engine,
  model,
  weights,
  batches,
  parity,
}: Setting): Promise<Check[]> {
  const writer = generator({ engine, model, weights });
  const checks: Check[] = [];
  for (const batch of batches) {
    for (const name of GENERATIONS) {
      const wanted = batch.expected(`generated.${name}`);
      if (wanted === undefined) continue;
      const { numBeams, earlyStopping, noRepeatNgramSize } = parity.about.generation[name];
      const sequences = await writer.generate(batch.encoder, batch.variant, {
        beams: numBeams,
        maxLength: parity.about.generation.maxLength,
        noRepeatNgram: noRepeatNgramSize,
        earlyStopping,
        lengthPenalty: 1,
        forceEnd: model.backbone.name === "bart",
      });
      const { pad } = model.backbone.tokens;
      const rows = rowsOf(wanted);
      const wrong = rows.filter((row, i) => {
        const got = sequences[i] ?? [];
        return row.some((token, t) => token !== (got[t] ?? pad)) || got.length > row.length;
      });
      checks.push({ what: "tokens", error: wrong.length, limit: 0, where: `${batch.about.prefix}${name}` });
    }
  }
  return checks;
}
