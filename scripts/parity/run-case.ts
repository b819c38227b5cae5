import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSafetensors, type SafetensorsFile } from "../../src/files/safetensors.ts";
import { originalKeys } from "../../src/files/original-names.ts";
import { parameterCount, type Parameter } from "../../src/nn/index.ts";
import { ADAMW } from "../../src/optim/index.ts";
import type { Engine } from "../../src/runtime/index.ts";
import {
  model,
  modelParameters,
  trainedParameters,
  type Model,
  type ModelConfig,
} from "../../src/train/model.ts";
import { updates } from "../../src/train/updates.ts";
import { modelWeights, type ModelWeights } from "../../src/train/weights.ts";
import { batchOf, type CaseBatch } from "./batch-of-case.ts";
import { readCase, type ParityCase } from "./case.ts";
import { checkForward, checkGenerations, type Check } from "./checks.ts";
import { checkUpdates } from "./update-checks.ts";
import { writeFormulaWeights } from "./formula.ts";
import { modelOfCase } from "./model-of-case.ts";

/** A model of a case, ready to run. */
export interface Setting {
  readonly parity: ParityCase;
  readonly engine: Engine;
  readonly model: Model;
  readonly parameters: readonly Parameter[];
  readonly trained: readonly Parameter[];
  readonly weights: ModelWeights;
  readonly file: SafetensorsFile;
  readonly batches: readonly CaseBatch[];
  /** The original's keys of a parameter, in the order in which they are stacked. */
  readonly keys: (parameter: Parameter) => readonly string[];
}

export type CaseResult =
  | { readonly kind: "checked"; readonly name: string; readonly checks: readonly Check[] }
  | { readonly kind: "later"; readonly name: string; readonly why: string };

/** Runs every check of one case folder. */
export async function runCase(folder: string, engine: Engine): Promise<CaseResult> {
  const parity = await readCase(folder);
  const { name, backbone, method } = parity.about;
  const config = modelOfCase(parity.about);
  if (config === null) return { kind: "later", name, why: `${backbone} with ${method.name} comes later` };
  const scratch = await mkdtemp(join(tmpdir(), "vl-pet-parity-"));
  try {
    return { kind: "checked", name, checks: await checksOf(parity, config, engine, scratch) };
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function checksOf(
  parity: ParityCase,
  config: ModelConfig,
  engine: Engine,
  scratch: string,
): Promise<Check[]> {
  const file = await openSafetensors(await weightsFile(parity, scratch));
  try {
    return await settingChecks(parity, config, engine, { file, scratch });
  } finally {
    await file.close();
  }
}

async function settingChecks(
  parity: ParityCase,
  config: ModelConfig,
  engine: Engine,
  { file, scratch }: { readonly file: SafetensorsFile; readonly scratch: string },
): Promise<Check[]> {
  const made = model(config, parity.about.tasks);
  const batches = parity.about.batches.map((batch) => batchOf(parity, made, batch));
  const parameters = modelParameters(made);
  const trained = trainedParameters(made, parameters);
  const keys = (parameter: Parameter): readonly string[] =>
    originalKeys(parameter, (key) => file.tensors.has(key), parity.about.tasks);
  const weights = await modelWeights({
    parameters,
    isTrained: (parameter) => trained.includes(parameter),
    sources: [{ file, keys }],
    seed: 0,
    scratch,
  });
  const setting: Setting = { parity, engine, model: made, parameters, trained, weights, file, batches, keys };
  const { optimizer } = parity.about;
  const run = await updates({
    engine,
    model: made,
    weights,
    trained,
    options: { adamw: { ...ADAMW, weightDecay: optimizer.weightDecay }, clip: optimizer.clipGradNorm },
    resume: null,
  });
  return [
    ...checkCounts(setting),
    ...(await checkForward(setting)),
    ...(await checkGenerations(setting)),
    ...(await checkUpdates(setting, run)),
  ];
}

async function weightsFile({ about, weightsFile: given }: ParityCase, scratch: string): Promise<string> {
  if (given !== null) return given;
  if (about.weights === undefined) throw new RangeError(`${about.name} has neither weights nor a formula`);
  const made = join(scratch, "formula.safetensors");
  await writeFormulaWeights(made, about.weights);
  return made;
}

function checkCounts({ parity, parameters, trained, weights }: Setting): Check[] {
  const { counts } = parity.about;
  const got = { trainable: parameterCount(trained), total: parameterCount(parameters) };
  const missing = weights.fresh.filter((path) => path !== "final_logits_bias");
  return [
    { what: "trainable", error: Math.abs(got.trainable - counts.trainable), limit: 0 },
    { what: "total", error: Math.abs(got.total - counts.total), limit: 0 },
    { what: "unnamed", error: missing.length, limit: 0 },
  ];
}
