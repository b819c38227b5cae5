import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { asFloat32, openSafetensors } from "../../src/files/safetensors.ts";

/** The fields of `case.json` that the checks read (see the README beside the cases). */
export interface CaseDescription {
  readonly name: string;
  readonly kind?: "formula weights";
  readonly backbone: "bart" | "t5";
  readonly sizes: {
    readonly dModel: number;
    readonly vocabSize: number;
    /** Null in text-only cases, like all that describes pictures. */
    readonly featDim: number | null;
    readonly nBoxes: number | null;
    readonly gridRows: number | null;
    readonly downsample: boolean;
    readonly nImages: number;
    readonly heads: number;
    readonly ffn: number;
    readonly encoderLayers: number;
    readonly decoderLayers: number;
    /** BART only. */
    readonly maxPositions?: number;
    /** T5 only. */
    readonly headDim?: number;
    readonly relativeBuckets?: number;
    readonly relativeMaxDistance?: number;
  };
  readonly method: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly tasks: readonly string[];
  readonly batches: readonly BatchDescription[];
  readonly optimizer: {
    readonly lr: number;
    readonly weightDecay: number;
    readonly clipGradNorm: number;
    readonly batchOrder?: readonly number[];
  };
  readonly expected: {
    readonly lossPerStep: readonly number[];
    readonly gradNormBeforeClipPerStep: readonly number[];
  };
  readonly generation: Readonly<Record<GenerationName, GenerationDescription>> & {
    readonly maxLength: number;
  };
  readonly trainable: readonly string[];
  readonly counts: { readonly trainable: number; readonly total: number };
  readonly inert: Readonly<Record<string, string>>;
  readonly weights?: FormulaWeights;
  readonly inputs?: Readonly<Record<"visFeats" | "boxes", FormulaTensor>>;
  readonly gradients?: Readonly<Record<string, FormulaGradient>>;
}

export interface BatchDescription {
  readonly prefix: string;
  readonly task: string;
  readonly lossRule: string;
  readonly loss: number;
  /** Two-image task: 1 where the token `nlvrTrueId` is likelier than `nlvrFalseId` as the first of the answer. */
  readonly nlvrPrediction?: readonly number[];
  readonly nlvrTrueId?: number;
  readonly nlvrFalseId?: number;
}

export const GENERATIONS = ["greedy", "beam5", "greedy_hub", "beam5_hub"] as const;
export type GenerationName = (typeof GENERATIONS)[number];

export interface GenerationDescription {
  readonly numBeams: number;
  readonly earlyStopping: boolean;
  readonly noRepeatNgramSize: number;
}

export interface FormulaTensor {
  readonly formulaName: string;
  readonly shape: readonly number[];
  readonly a: number;
  readonly b: number;
}

export interface FormulaWeights {
  readonly rules: readonly {
    readonly contains?: string;
    readonly endsWith?: string;
    readonly a: number;
    readonly b: number;
  }[];
  readonly tensors:
    | readonly { readonly name: string; readonly shape: readonly number[] }[]
    | Readonly<Record<string, readonly number[]>>;
}

export interface FormulaGradient {
  readonly l2: number;
  readonly first8: readonly number[];
  readonly after3First8: readonly number[];
}

/** A tensor of `io.safetensors` as ordinary numbers. */
export interface Figures {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A case with its inputs and expected tensors in memory. */
export interface ParityCase {
  readonly folder: string;
  readonly about: CaseDescription;
  readonly io: ReadonlyMap<string, Figures>;
  /** The original's state dict; null when weights come from the formula. */
  readonly weightsFile: string | null;
}

/** Reads one case folder. Integers are small, so float32 holds them exactly. */
export async function readCase(folder: string): Promise<ParityCase> {
  const about = JSON.parse(await readFile(join(folder, "case.json"), "utf8")) as CaseDescription;
  const file = await openSafetensors(join(folder, "io.safetensors"));
  const io = new Map<string, Figures>();
  for (const [name, tensor] of await file.readAll()) {
    const data = tensor.dtype === "I64" ? Float32Array.from(tensor.data, Number) : asFloat32(tensor);
    io.set(name, { shape: tensor.shape, data });
  }
  await file.close();
  const weightsFile = join(folder, "weights.safetensors");
  return { folder, about, io, weightsFile: existsSync(weightsFile) ? weightsFile : null };
}

/** A two-dimensional tensor as rows of numbers. */
export function rowsOf({ shape: [rows = 0, columns = 0], data }: Figures): number[][] {
  return Array.from({ length: rows }, (_, row) => [...data.subarray(row * columns, (row + 1) * columns)]);
}
