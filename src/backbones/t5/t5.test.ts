import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { Graph } from "../../graph/index.ts";
import {
  initialValues,
  parameterCount,
  Scope,
  selects,
  WITHOUT_PROMPTS,
  type Parameter,
} from "../../nn/index.ts";
import { visualLayout } from "../visual-layout.ts";
import { t5, T5Config } from "./index.ts";

const TINY = {
  width: 16,
  heads: 2,
  headWidth: 8,
  ffnWidth: 24,
  vocabulary: 40,
  encoderLayers: 1,
  decoderLayers: 1,
};

function parametersOf(settings: object): ReadonlyMap<string, Parameter> {
  const made = t5(v.parse(T5Config, { name: "t5", ...settings }), WITHOUT_PROMPTS);
  const { initRule, sizes } = made;
  const depths = { encoder: sizes.encoderLayers, decoder: sizes.decoderLayers };
  const options = { graph: new Graph(), hooks: {}, initRule, mode: "train", depths, task: null } as const;
  const scope = Scope.root(options);
  made.decode(scope, made.encode(scope, visualLayout(1, 49, { regions: 36 })));
  made.head(scope);
  return new Map(scope.parameters.map((parameter) => [parameter.path, parameter]));
}

describe("the parameters of VL-T5", () => {
  const base = parametersOf({});

  it("of base size are as many as the original's", () => {
    expect(parameterCount(base.values())).toBe(224_540_160);
    expect(base.size).toBe(264); // the original's 268 names, four of which are the token table again
  });

  it("are called as in Hugging Face's checkpoints, with one table of relative positions a stack", () => {
    expect(base.get("decoder.block.11.layer.1.EncDecAttention.o.weight")?.shape).toEqual([768, 768]);
    expect(base.get("decoder.block.11.layer.2.DenseReluDense.wi.weight")?.shape).toEqual([3072, 768]);
    expect(base.get("encoder.block.3.layer.1.DenseReluDense.wo.weight")?.shape).toEqual([768, 3072]);
    const tables = [...base.keys()].filter((path) => path.includes("relative_attention_bias"));
    expect(tables).toEqual([
      "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
      "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
    ]);
  });

  it("count the tables of relative positions, and only them, as the language model's biases", () => {
    const biases = [...base.values()].filter(
      (parameter) => selects({ role: "bias" }, parameter) && parameter.traits.part !== "visual",
    );
    expect(parameterCount(biases)).toBe(768);
  });

  it("of further visual layers lie where the original's list has them", () => {
    const paths = [...parametersOf({ ...TINY, visualLayers: 2 }).keys()];
    const list = paths.filter((path) => path.includes("feat_embedding"));
    expect(list.map((path) => path.replace("encoder.visual_embedding.feat_embedding.", ""))).toEqual([
      "0.weight",
      "0.bias",
      "1.weight",
      "2.weight",
      "2.bias",
      "4.weight",
      "5.weight",
      "5.bias",
      "7.weight",
    ]);
  });
});

describe("the start of VL-T5's parameters", () => {
  const parameters = parametersOf({ ...TINY, featureWidth: 100 });

  function started(path: string): Float32Array {
    const parameter = parameters.get(path);
    if (parameter === undefined) throw new RangeError(`no ${path}`);
    return initialValues(parameter, 3);
  }

  it.each(["weight", "bias"])("draws a linear map's %s from ±1/√(fan-in)", (role) => {
    const values = started(`encoder.visual_embedding.feat_embedding.0.${role}`);
    const largest = Math.max(...values.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(0.1);
    expect(largest).toBeGreaterThan(0.08);
  });

  it("draws tables from N(0, 1) and starts norms at one", () => {
    for (const table of ["shared", "encoder.visual_embedding.img_order_embedding"]) {
      const values = started(`${table}.weight`);
      const power = values.reduce((sum, value) => sum + value * value, 0) / values.length;
      expect(Math.abs(power - 1), table).toBeLessThan(0.5);
    }
    expect(new Set(started("decoder.final_layer_norm.weight"))).toEqual(new Set([1]));
  });
});

describe("VL-T5's rule for new parameters", () => {
  it("starts what generates weights nearly silent", () => {
    const { initRule } = t5(v.parse(T5Config, { name: "t5" }), WITHOUT_PROMPTS);
    const generator = { owner: "pet", part: "encoder", of: "generator", fanIn: 8 } as const;
    expect(initRule({ ...generator, role: "weight" }, [4, 8])).toEqual({ kind: "normal", deviation: 0.01 });
    expect(initRule({ ...generator, role: "bias" }, [4])).toEqual({ kind: "constant", value: 0 });
  });
});

describe("T5Config", () => {
  it("refuses buckets that cannot be halved twice", () => {
    expect(v.safeParse(T5Config, { name: "t5", relativeBuckets: 30 }).success).toBe(false);
  });
});
