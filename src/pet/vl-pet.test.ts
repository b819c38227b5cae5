import * as v from "valibot";
import { afterAll, describe, expect, it } from "vitest";
import { evaluateOn } from "../../test/contract/evaluate.ts";
import { hookedRows, type HookedRows, type Matrix } from "../../test/contract/hooked-rows.ts";
import { VlPetError } from "../error.ts";
import { initialValues, ONES, paddedLayout, Scope, type SiteName } from "../nn/index.ts";
import { Graph } from "../graph/index.ts";
import { nodeEngine } from "../runtime/index.ts";
import { VlPetConfig } from "./vl-pet-config.ts";
import { vlPet } from "./vl-pet.ts";

const engine = nodeEngine({ threads: 1 });
const evaluate = evaluateOn(engine);
afterAll(() => engine.close());

const X: Matrix = [
  [0.3, -1.2, 0.8, 0.5],
  [-0.7, 0.2, 1.1, -0.4],
];
const H: Matrix = [
  [1.4, 0.1, -0.6, 0.9],
  [0.2, -0.8, 0.7, 1.3],
];

type Settings = Partial<v.InferInput<typeof VlPetConfig>>;

function planOf(settings: Settings) {
  const bare = { granularity: "none", rank: null, decoderRank: null } as const;
  return vlPet.plan(v.parse(VlPetConfig, { name: "vl-pet", ...bare, ...settings }));
}

function hooked(settings: Settings, site: SiteName): Promise<HookedRows> {
  return hookedRows(evaluate, planOf(settings).hooks, site, { x: X, y: H });
}

function zip(a: Matrix, b: Matrix, f: (x: number, y: number) => number): Matrix {
  return a.map((row, r) => row.map((value, c) => f(value, b[r]?.[c] ?? b[0]?.[c] ?? Number.NaN)));
}

const sum = (a: Matrix, b: Matrix): Matrix => zip(a, b, (x, y) => x + y);
const product = (a: Matrix, b: Matrix): Matrix => zip(a, b, (x, y) => x * y);
const times = (a: Matrix, factor: number): Matrix => a.map((row) => row.map((x) => x * factor));
const sigmoid = (a: Matrix): Matrix => a.map((row) => row.map((x) => 1 / (1 + Math.exp(-x))));
const gelu = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

function affine({ weights }: HookedRows, name: string, x: Matrix): Matrix {
  const weight = weights[`${name}.weight`] ?? [];
  const bias = weights[`${name}.bias`]?.[0] ?? [];
  return x.map((row) =>
    weight.map((column, o) => column.reduce((total, w, i) => total + w * (row[i] ?? 0), bias[o] ?? 0)),
  );
}

function bottleneck(run: HookedRows, name: string, x: Matrix): Matrix {
  return affine(
    run,
    `${name}.up`,
    affine(run, `${name}.down`, x).map((row) => row.map(gelu)),
  );
}

function expectRows({ rows }: HookedRows, wanted: Matrix): void {
  expect(rows.length).toBe(wanted.length);
  rows.forEach((row, r) =>
    row.forEach((value, c) => expect(value).toBeCloseTo(wanted[r]?.[c] ?? Number.NaN, 5)),
  );
}

/** The numbers with which the vector of a middleY gate begins. */
function gateStart(settings: Settings): readonly number[] {
  const graph = new Graph();
  const { hooks } = planOf({ granularity: "middleY", ...settings });
  const depths = { encoder: 1, decoder: 1 };
  const root = Scope.root({ graph, hooks, initRule: () => ONES, mode: "evaluate", depths, task: null });
  const y = graph.input("y", "float32", [2, 4]);
  root.site("encoder.ffn", { x: y, y, layout: paddedLayout(1, 2) });
  return root.parameters.flatMap((parameter) => Array.from(initialValues(parameter, 0)));
}

describe("VL-PET in the encoder", () => {
  it("scales Δh and the sublayer's own output apart, and the whole at the end", async () => {
    const run = await hooked({ rank: 2, deltaScale: 0.5, sublayerScale: 3, scale: 2 }, "encoder.ffn");
    expectRows(run, times(sum(times(H, 3), times(bottleneck(run, "adapter", H), 0.5)), 2));
  });

  it("gates the FFN apart from self-attention", async () => {
    const settings = { granularity: "large", ffnGranularity: "middleY", gateRank: 3 } as const;
    const attention = await hooked(settings, "encoder.self-attention");
    expectRows(attention, product(H, sigmoid(bottleneck(attention, "gate", X))));
    const ffn = await hooked(settings, "encoder.ffn");
    expectRows(
      ffn,
      product(
        H,
        (ffn.weights["gate"] ?? []).map((row) => row.map((g) => 1 + g)),
      ),
    );
  });

  it("takes a gate of full rank from the sublayer's input", async () => {
    const run = await hooked({ granularity: "large-full-rank", gateMode: "add" }, "encoder.ffn");
    expectRows(run, sum(H, sigmoid(affine(run, "gate", X))));
  });

  it("divides by the norm of the channels", async () => {
    const run = await hooked({ granularity: "l2-norm" }, "encoder.ffn");
    expectRows(
      run,
      H.map((row) => row.map((x) => x / Math.hypot(...row))),
    );
    const zeros = H.map((row) => row.map(() => 0));
    const none = await hookedRows(evaluate, planOf({ granularity: "l2-norm" }).hooks, "encoder.ffn", {
      x: X,
      y: zeros,
    });
    expectRows(none, zeros);
  });

  it.each(["output", "sum"] as const)("shifts and gates the %s at once", async (shiftedGate) => {
    const run = await hooked({ shiftedGateRank: 2, shiftedGate }, "encoder.ffn");
    const u = bottleneck(run, "shifted-gate", X);
    const wanted = { output: sum(u, product(H, sigmoid(u))), sum: product(sum(u, H), sigmoid(u)) };
    expectRows(run, wanted[shiftedGate]);
  });

  it("makes Δh of pairs that each write their share of the channels", async () => {
    const run = await hooked({ rank: 4, pairedHeads: 2 }, "encoder.ffn");
    const inner = affine(run, "adapter.down", H).map((row) => row.map(gelu));
    const up = run.weights["adapter.up.weight"] ?? [];
    const bias = run.weights["adapter.up.bias"]?.[0] ?? [];
    const delta = inner.map((row) =>
      up.map((weights, o) => {
        const share = o < 2 ? row.slice(0, 2) : row.slice(2);
        return weights.reduce((total, w, i) => total + w * (share[i] ?? 0), bias[o] ?? 0);
      }),
    );
    expectRows(run, sum(H, delta));
  });

  it("starts a middleY gate at two on demand", () => {
    expect(gateStart({ oneInit: ["gate"] })).toEqual([1, 1, 1, 1]);
    expect(gateStart({ zeroInit: ["gate"] })).toEqual([0, 0, 0, 0]);
    expect(gateStart({}).every((g) => g !== 0 && Math.abs(g) < 0.2)).toBe(true);
  });
});

describe("VL-PET in the decoder", () => {
  it.each([
    ["value", "decoder.cross-attention.value", X, H],
    ["key-value", "decoder.cross-attention.states", H, H],
    ["self-attention", "decoder.self-attention", H, H],
    ["cross-attention", "decoder.cross-attention", H, H],
    ["ffn", "decoder.ffn", H, H],
  ] as const)("adapts at the place %s", async (place, site, read, onto) => {
    const settings = {
      decoderPlaces: [place],
      decoderRank: 2,
      decoderScale: 0.5,
      decoderGateRank: 3,
    };
    const run = await hooked(settings, site);
    const adapted = sum(onto, times(bottleneck(run, "adapter", read), 0.5));
    expectRows(run, product(adapted, sigmoid(bottleneck(run, "gate", X))));
  });

  it("leaves the pretrained projection out of a sequential value", async () => {
    const run = await hooked(
      { decoderPlaces: ["value-sequential"], decoderRank: 2 },
      "decoder.cross-attention.value",
    );
    expectRows(run, sum(X, bottleneck(run, "sequential", X)));
  });

  it("adds the encoder's states to a value", async () => {
    const run = await hooked({ decoderRank: 2, valueResidual: true }, "decoder.cross-attention.value");
    expectRows(run, sum(X, sum(H, bottleneck(run, "adapter", X))));
    const bare = await hooked({ valueResidual: true }, "decoder.cross-attention.value");
    expectRows(bare, sum(X, H));
  });
});

describe("settings that contradict each other", () => {
  it.each([
    [{ decoderRank: 2, decoderPlaces: ["value", "value-sequential"] }, "pet.decoderPlaces"],
    [{ zeroInit: ["gate"], oneInit: ["gate"] }, "pet.oneInit"],
  ] as const)("%j: the error names %s", (settings, where) => {
    expect(() => planOf(settings as unknown as Settings)).toThrow(VlPetError);
    expect(() => planOf(settings as unknown as Settings)).toThrow(where);
  });

  it("heads that do not divide the rank", async () => {
    await expect(hooked({ rank: 3, pairedHeads: 2 }, "encoder.ffn")).rejects.toThrow(
      "2 heads, rank 3, width 4",
    );
  });
});
