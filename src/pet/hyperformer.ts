import * as v from "valibot";
import type { Tensor } from "../graph/index.ts";
import {
  embeddingTable,
  linear,
  ONES,
  widthOf,
  ZEROS,
  type Scope,
  type SiteHook,
  type SiteName,
} from "../nn/index.ts";
import { add, concat, gatherRows, geluTanh, layerNormalize, linearMap, relu, reshape } from "../ops/index.ts";
import { AdapterNormsSetting, unfrozenNorms } from "./adapter-norms.ts";
import { BOTTLENECK_STAYS, unmergeable } from "./merge.ts";
import type { Method } from "./method.ts";
import { hooksAt, joinedHooks } from "./plan.ts";
import { positiveInteger } from "./positive-integer.ts";

const HyperformerConfig = v.strictObject({
  name: v.literal("hyperformer"),
  /** r: rank of the generated adapters. */
  rank: v.optional(positiveInteger, 96),
  /** "unique": generators for each kind of block; "efficient": one pair for all, told the block. */
  generators: v.optional(v.picklist(["unique", "efficient"]), "unique"),
  /** p: width of what the generators read. */
  projectedWidth: v.optional(positiveInteger, 8),
  /** Width of the embeddings of tasks, layers and blocks. */
  embeddingWidth: v.optional(positiveInteger, 512),
  /** Width inside the network that joins them. */
  hiddenWidth: v.optional(positiveInteger, 128),
  /** Norms of the language model that are trained. */
  norms: AdapterNormsSetting,
});
type HyperformerConfig = v.InferOutput<typeof HyperformerConfig>;

/** Kinds of blocks, in the order of their embeddings. */
const BLOCKS = ["ffn", "self-attention", "cross-attention"] as const;
type Block = (typeof BLOCKS)[number];
type Side = "encoder" | "decoder";

const PLACES = [
  ["encoder", "self-attention", "encoder.self-attention"],
  ["encoder", "ffn", "encoder.ffn"],
  ["decoder", "self-attention", "decoder.self-attention"],
  ["decoder", "cross-attention", "decoder.cross-attention"],
  ["decoder", "ffn", "decoder.ffn"],
] as const satisfies readonly (readonly [Side, Block, SiteName])[];

const NORM_EPSILON = 1e-6;
const GENERATOR = { of: "generator" } as const;

function tableRow(scope: Scope, index: number, size: number, width: number): Tensor {
  const indices = scope.graph.constant(BigInt64Array.of(BigInt(index)), [1]);
  return gatherRows(embeddingTable(scope, size, width), indices); // [1, width]
}

/** Quirk: unlike the language model's gains, this one does not decay; the original's exemption asks for this name. */
function codeNorm(scope: Scope, x: Tensor): Tensor {
  const width = [widthOf(x)];
  const traits = { of: "norm", norm: "layer", decays: false } as const;
  const gain = scope.parameter("weight", width, { ...traits, role: "gain" }, ONES);
  const bias = scope.parameter("bias", width, { ...traits, role: "bias" }, ZEROS);
  return layerNormalize(x, gain, bias, NORM_EPSILON);
}

/** norm(W₂ relu(W₁ [task; layer (; block)])): what the generators of one place read, [1, p]. */
function placeCode(net: Scope, site: Scope, block: Block, config: HyperformerConfig): Tensor {
  const { embeddingWidth: width, hiddenWidth, projectedWidth, generators } = config;
  const { layer } = site;
  if (layer === null) throw new RangeError("internal: a generated adapter sits in a layer");
  const normal = { kind: "normal", deviation: 1 } as const;
  const task = site
    .shared("hyperformer")
    .ofTask()
    .parameter("embedding", [width], { of: "vector", role: "weight" }, normal);
  const codes = [reshape(task, [1, width]), tableRow(net.at("layers"), layer.index, layer.count, width)];
  if (generators === "efficient") {
    codes.push(tableRow(net.at("blocks"), BLOCKS.indexOf(block), BLOCKS.length, width));
  }
  const hidden = relu(linear(net.at("hidden"), concat(codes, 1), hiddenWidth, { traits: GENERATOR }));
  return codeNorm(net.at("norm"), linear(net.at("projected"), hidden, projectedWidth, { traits: GENERATOR }));
}

/** x Wᵀ + b with W [outputs, I] and b generated from a code [1, p]. */
function generatedMap(net: Scope, code: Tensor, x: Tensor, outputs: number): Tensor {
  const inputs = widthOf(x);
  const weight = linear(net.at("weight"), code, outputs * inputs, { traits: GENERATOR });
  // Quirk: what makes a bias is called one, so the original's name rule spares all of it from decay.
  const bias = linear(net.at("bias"), code, outputs, { traits: { of: "generator", decays: false } });
  return linearMap(x, reshape(weight, [outputs, inputs]), reshape(bias, [outputs]));
}

function generatedAdapter(side: Side, block: Block, config: HyperformerConfig): SiteHook {
  return ({ scope, y }) => {
    const net = scope.shared(`hyperformer.${side}`).part(side);
    const code = placeCode(net, scope, block, config);
    const maps = config.generators === "unique" ? net.at(block) : net;
    const inner = geluTanh(generatedMap(maps.at("down"), code, y, config.rank)); // [R, r]
    return add(y, generatedMap(maps.at("up"), code, inner, widthOf(y)));
  };
}

/** HyperFormer (Karimi Mahabadi et al. 2021): adapters whose weights a network makes from task, layer and block. */
export const hyperformer: Method<typeof HyperformerConfig> = {
  config: HyperformerConfig,
  plan: (config: HyperformerConfig) => ({
    hooks: joinedHooks(
      ...PLACES.map(([side, block, site]) => hooksAt([site], generatedAdapter(side, block, config))),
    ),
    ...unfrozenNorms(config.norms),
    perTask: true,
  }),
  merge: () => unmergeable("the generated adapter behind each sublayer", BOTTLENECK_STAYS),
};
