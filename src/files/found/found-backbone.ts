import { VlPetError } from "../../error.ts";
import type { StateKeys } from "./state-keys.ts";

/** Settings that a file's names and shapes give away. */
export type FoundSettings = Readonly<Record<string, unknown>> & { readonly name: string };

/** Width of an attention head in every published BART, which the shapes do not show. */
const BART_HEAD_WIDTH = 64;

function rows(keys: StateKeys, name: RegExp): number | undefined {
  return keys.shape(name)?.[0];
}

function columns(keys: StateKeys, name: RegExp): number | undefined {
  return keys.shape(name)?.[1];
}

/** Only the settings that were found. */
function known(settings: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Rows of a map that may be cut into heads. */
export function stackedRows(keys: StateKeys, map: RegExp): number | null {
  const shapes = keys.names(map).map((name) => keys.shape(exactly(name)));
  return shapes.length === 0 ? null : shapes.reduce((sum, shape) => sum + (shape?.[0] ?? 0), 0);
}

export function exactly(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(".", "\\.")}$`);
}

const PROJECTOR = "visual_embedding\\.visual_projector";

function visualSettings(keys: StateKeys): Readonly<Record<string, unknown>> {
  const rank = stackedRows(keys, new RegExp(`${PROJECTOR}_multihead_down\\.(?:\\d+\\.)?weight$`));
  const features =
    rank === null
      ? columns(keys, /visual_embedding\.feat_embedding\.0\.weight$/)
      : columns(keys, new RegExp(`${PROJECTOR}_multihead_down\\.(?:\\d+\\.)?weight$`));
  const gateRank = rows(keys, new RegExp(`${PROJECTOR}_gating_large_x_down\\.weight$`)) ?? null;
  return {
    ...known({ featureWidth: features }),
    imageSlots: rows(keys, /visual_embedding\.img_order_embedding\.weight$/) ?? 0,
    projector: rank === null ? null : { rank, gateRank, residual: gateRank !== null },
  };
}

function layers(keys: StateKeys, stack: string, list: string): number {
  return keys.texts(new RegExp(`^${stack}\\.${list}\\.(\\d+)\\.`)).length;
}

function bartSettings(keys: StateKeys): FoundSettings {
  const [vocabulary, width] = keys.shape(/^shared\.weight$/) ?? [];
  const positions = rows(keys, /^encoder\.embed_positions\.weight$/);
  const heads = width !== undefined && width % BART_HEAD_WIDTH === 0 ? width / BART_HEAD_WIDTH : undefined;
  return {
    name: "bart",
    ...known({
      vocabulary,
      width,
      heads,
      encoderLayers: layers(keys, "encoder", "layers"),
      decoderLayers: layers(keys, "decoder", "layers"),
      ffnWidth: rows(keys, /^encoder\.layers\.0\.fc1\.weight$/),
      maxPositions: positions === undefined ? undefined : positions - 2,
    }),
    ...visualSettings(keys),
  };
}

function t5Settings(keys: StateKeys): FoundSettings {
  const [vocabulary, width] = keys.shape(/^shared\.weight$/) ?? [];
  const [relativeBuckets, heads] =
    keys.shape(/^encoder\.block\.0\..*SelfAttention\.relative_attention_bias\.weight$/) ?? [];
  const inner = rows(keys, /^encoder\.block\.0\..*SelfAttention\.q\.weight$/);
  const maps = keys.texts(/visual_embedding\.feat_embedding\.(\d+)\./).length;
  return {
    name: "t5",
    ...known({
      vocabulary,
      width,
      heads,
      headWidth: inner === undefined || heads === undefined ? undefined : inner / heads,
      encoderLayers: layers(keys, "encoder", "block"),
      decoderLayers: layers(keys, "decoder", "block"),
      ffnWidth: rows(keys, /^encoder\.block\.0\..*DenseReluDense\.wi\.weight$/),
      relativeBuckets,
      visualLayers: Math.max(0, (maps - 2) / 2),
    }),
    ...visualSettings(keys),
  };
}

/** The backbone of a state dict. Throws kind "checkpoint" when it is none that we know. */
export function foundBackbone(keys: StateKeys, file: string): FoundSettings {
  if (keys.has(/^encoder\.layers\.0\.fc1\.weight$/)) return bartSettings(keys);
  if (keys.has(/^encoder\.block\.0\..*DenseReluDense\.wi\.weight$/)) return t5Settings(keys);
  throw new VlPetError("checkpoint", "this file holds no VL-BART and no VL-T5", {
    where: file,
    expected:
      "names such as model.encoder.layers.0.fc1.weight or encoder.block.0.layer.1.DenseReluDense.wi.weight",
    received: keys.names(/(?:)/).slice(0, 3).join(", ") || "no tensor",
    fix: "give a checkpoint of the original, such as LAST.pth",
  });
}
