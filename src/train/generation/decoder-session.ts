import type { CacheShape, EncoderBatch, Feeds } from "../../backbones/index.ts";
import {
  float32Tensor,
  int64Tensor,
  symbol,
  times,
  type HostTensor,
  type Tensor,
} from "../../graph/index.ts";
import type { KeyValue } from "../../nn/index.ts";
import {
  add,
  exp,
  gatherRows,
  linearMap,
  log,
  mul,
  reduceMax,
  reduceSum,
  sub,
  topK,
} from "../../ops/index.ts";
import { onnxModel } from "../../onnx/index.ts";
import type { Engine, Session } from "../../runtime/index.ts";
import { encodedInputs, modelScope, type Model, type Variant } from "../model.ts";
import type { ModelWeights } from "../weights.ts";
import type { Candidates, NextTokens } from "./search.ts";

const PREFIX = "decoding/";

/** Compiled encoder and decoder step of one visual layout and beam count. */
export interface DecoderSession {
  /** Encodes a batch and gives the function that scores next tokens for it. */
  begin(batch: EncoderBatch): Promise<NextTokens>;
}

export interface DecoderSessionRequest {
  readonly engine: Engine;
  readonly model: Model;
  readonly weights: ModelWeights;
  readonly variant: Variant;
  readonly beams: number;
  /** Candidates a row. */
  readonly width: number;
}

function pairNames(kind: "memory" | "past", layer: number) {
  return { key: `${PREFIX}${kind}.key.${layer}`, value: `${PREFIX}${kind}.value.${layer}` };
}

/** Symbols of how many states there are to attend to. */
const MEMORY_LENGTHS: Readonly<Record<CacheShape["memory"], string>> = { encoder: "N", side: "M" };

function maskName(memory: CacheShape["memory"]): string {
  return `${memory}_mask`;
}

function hasSide({ backbone }: Model): boolean {
  return backbone.caches.some(({ memory }) => memory === "side");
}

/** What the encoder's states and a decoder prompt give the steps: cross-attention's keys and values, a first past. */
function encoderModel({ model, weights, variant, beams }: DecoderSessionRequest) {
  const scope = modelScope(model, "evaluate", variant.task);
  const { backbone } = model;
  const outputs: Record<string, Tensor> = {};
  const hold = (kind: "memory" | "past", layers: readonly KeyValue[]): void => {
    layers.forEach(({ key, value }, layer) => {
      const names = pairNames(kind, layer);
      outputs[names.key] = key;
      outputs[names.value] = value;
    });
  };
  hold("memory", backbone.memory(scope, encodedInputs(model, scope, variant.visual)));
  hold("past", backbone.firstPast(scope, times(symbol("B"), beams)));
  return onnxModel(outputs, weights.frozen);
}

/** log softmax over the vocabulary, of the best candidates only: z − logsumexp z. */
function candidateScores(
  logits: Tensor,
  width: number,
): { readonly scores: Tensor; readonly tokens: Tensor } {
  const { values, indices } = topK(logits, width);
  const peak = reduceMax(logits, [1], { keep: true });
  const total = add(log(reduceSum(exp(sub(logits, peak)), [1], { keep: true })), peak);
  return { scores: sub(values, total), tokens: indices };
}

function stepModel({ model, weights, variant, beams, width }: DecoderSessionRequest) {
  const scope = modelScope(model, "evaluate", variant.task);
  const { graph } = scope;
  const [batch, rows] = [symbol("B"), times(symbol("B"), beams)];
  const order = graph.input("beam_order", "int64", [rows]);
  const past: KeyValue[] = [];
  const memory: KeyValue[] = [];
  for (const [layer, { heads, headWidth, memory: whose }] of model.backbone.caches.entries()) {
    const input = (name: string, lead: typeof rows, length: string): Tensor =>
      graph.input(name, "float32", [lead, heads, symbol(length), headWidth]);
    const [was, seen] = [pairNames("past", layer), pairNames("memory", layer)];
    past.push({
      key: gatherRows(input(was.key, rows, "P"), order),
      value: gatherRows(input(was.value, rows, "P"), order),
    });
    const length = MEMORY_LENGTHS[whose];
    memory.push({ key: input(seen.key, batch, length), value: input(seen.value, batch, length) });
  }
  const maskOf = (whose: CacheShape["memory"]): Tensor =>
    graph.input(maskName(whose), "float32", [batch, 1, 1, symbol(MEMORY_LENGTHS[whose])]);
  const masks = { mask: maskOf("encoder"), ...(hasSide(model) ? { sideMask: maskOf("side") } : {}) };
  const step = model.backbone.decodeStep(scope, { beams, past, memory, ...masks });
  const head = model.backbone.head(scope);
  const states = head.scale === 1 ? step.rows : mul(step.rows, head.scale);
  const { scores, tokens } = candidateScores(
    linearMap(states, head.table, head.bias),
    Math.min(width, model.backbone.sizes.vocabulary),
  );
  const outputs: Record<string, Tensor> = { scores, tokens };
  const keep: Record<string, string> = {};
  step.present.forEach(({ key, value }, layer) => {
    const names = pairNames("past", layer);
    outputs[`new/${names.key}`] = key;
    outputs[`new/${names.value}`] = value;
    keep[`new/${names.key}`] = names.key;
    keep[`new/${names.value}`] = names.value;
  });
  return { model: onnxModel(outputs, weights.frozen), keep };
}

/** The past before a text's first token. */
function emptyPast(caches: readonly CacheShape[], rows: number): Feeds {
  return Object.fromEntries(
    caches.flatMap(({ heads, headWidth }, layer) => {
      const empty = float32Tensor([], [rows, heads, 0, headWidth]);
      return Object.values(pairNames("past", layer)).map((name) => [name, empty]);
    }),
  );
}

function requiredFeed(feeds: Feeds, name: string): HostTensor {
  const feed = feeds[name];
  if (feed === undefined) throw new RangeError(`internal: the encoder has no feed ${name}`);
  return feed;
}

function candidates(scores: HostTensor, tokens: HostTensor): readonly Candidates[] {
  const [rows = 0, width = 0] = scores.dims;
  const ids = Array.from(tokens.data as BigInt64Array, Number);
  const values = scores.data as Float32Array;
  return Array.from({ length: rows }, (_, row) => ({
    tokens: ids.slice(row * width, (row + 1) * width),
    logProbabilities: [...values.subarray(row * width, (row + 1) * width)],
  }));
}

/**
 * Compiles generation for one layout. The encoder runs once a batch; cross-attention keys and values are kept once an
 * example (beams share them), and the decoder's own stay on the device, reordered inside the graph.
 */
export async function decoderSession(request: DecoderSessionRequest): Promise<DecoderSession> {
  const { engine, model, weights, variant, beams } = request;
  const { caches } = model.backbone;
  const encoder = encoderModel(request);
  const step = stepModel(request);
  const encoderSession = await engine.compile(encoder, weights.folder);
  const stepSession: Session = await engine.compile(step.model, weights.folder);
  const given = Object.fromEntries(Object.keys(encoder.outputs).map((name) => [name, name]));
  return {
    async begin(batch) {
      const feeds: Feeds = model.backbone.encoderFeeds(batch, variant.visual);
      const examples = batch.inputIds.length;
      await engine.drop(PREFIX);
      await engine.put(emptyPast(caches, examples * beams));
      await encoderSession.run({ feeds, keep: given, fetch: [] });
      const masks = Object.fromEntries(
        caches.map(({ memory }) => [maskName(memory), requiredFeed(feeds, maskName(memory))]),
      );
      return async (tokens, order, position) => {
        const out = await stepSession.run({
          feeds: {
            ...model.backbone.stepFeeds(tokens, position),
            beam_order: int64Tensor(order, [order.length]),
            ...masks,
          },
          keep: step.keep,
          fetch: ["scores", "tokens"],
        });
        const { scores, tokens: ids } = out;
        if (scores === undefined || ids === undefined)
          throw new RangeError("internal: a decoder step gave no scores");
        return candidates(scores, ids);
      };
    },
  };
}
