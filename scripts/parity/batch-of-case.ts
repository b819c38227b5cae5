import type { EncoderBatch, Feeds } from "../../src/backbones/index.ts";
import { lossFeeds, shiftedRight, tokenWeights } from "../../src/train/batch.ts";
import { variantOf, type Model, type Variant } from "../../src/train/model.ts";
import { rowsOf, type BatchDescription, type Figures, type ParityCase } from "./case.ts";
import { formulaValues } from "./formula.ts";
import { layoutOf } from "./model-of-case.ts";

/** One batch of a case: inputs and all feeds of the loss graph. */
export interface CaseBatch {
  readonly about: BatchDescription;
  readonly variant: Variant;
  readonly encoder: EncoderBatch;
  readonly feeds: Feeds;
  readonly labels: readonly (readonly number[])[];
  /** An expected tensor of this batch. */
  readonly expected: (name: string) => Figures | undefined;
}

const NO_FEATURES: Figures = { shape: [0, 0, 0], data: new Float32Array() };

export function batchOf(parity: ParityCase, made: Model, about: BatchDescription): CaseBatch {
  const { io } = parity;
  const input = (name: string): Figures | undefined => io.get(`input.${about.prefix}${name}`);
  const given = (name: string): Figures => {
    const found = input(name);
    if (found === undefined) throw new RangeError(`${parity.folder}: no input.${about.prefix}${name}`);
    return found;
  };
  const { visFeats, boxes: boxFormula } = parity.about.inputs ?? {};
  const formula = visFeats && { shape: visFeats.shape, data: formulaValues(visFeats) };
  const textOnly = parity.about.sizes.nImages === 0;
  const features = textOnly ? NO_FEATURES : (formula ?? given("vis_feats"));
  const boxes = textOnly ? null : boxFormula ? formulaValues(boxFormula) : given("boxes").data;
  const labels = rowsOf(given("labels"));
  const encoder: EncoderBatch = { inputIds: rowsOf(given("input_ids")), features: features.data, boxes };
  const visual = layoutOf(parity.about, features.shape);
  const scores = about.lossRule.includes("score") ? [...given("scores").data] : null;
  const rule = about.lossRule.startsWith("mean over all") ? "token-mean" : "example-mean";
  const feeds = {
    ...made.backbone.encoderFeeds(encoder, visual),
    ...made.backbone.decoderFeeds({ decoderIds: shiftedRight(labels, made.backbone.tokens) }),
    ...lossFeeds(labels, tokenWeights(labels, rule, scores)),
  };
  const expected = (name: string): Figures | undefined => io.get(`expected.${about.prefix}${name}`);
  return { about, variant: variantOf(made, visual, about.task), encoder, feeds, labels, expected };
}
