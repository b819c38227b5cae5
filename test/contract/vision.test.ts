import { afterAll, describe, expect, it } from "vitest";
import { clipFormula, formulaImages } from "../../scripts/parity/clip-formula.ts";
import { gradientError, type HostValues } from "../../src/autodiff/index.ts";
import { float32Tensor, Graph, symbol, type Tensor } from "../../src/graph/index.ts";
import { Scope, type Parameter } from "../../src/nn/index.ts";
import { nodeEngine } from "../../src/runtime/index.ts";
import {
  VISION,
  visionEncoder,
  visionInit,
  type VisionConfig,
  type VisionOutput,
} from "../../src/vision/index.ts";
import { evaluateOn } from "./evaluate.ts";
import { VISION_CASES, type VisionFigures } from "./vision-cases.ts";

const BATCH = 2;
/** A step that crosses the kinks of some relus errs by a few hundredths; a wrong gradient by about one. */
const KINKS = 0.1;

const engine = nodeEngine({ threads: 2 });
const evaluate = evaluateOn(engine);
afterAll(() => engine.close());

interface Written {
  readonly y: Tensor;
  readonly images: Tensor;
  readonly parameters: readonly Parameter[];
  readonly values: HostValues;
}

/** An encoder's program with the numbers of the formula. */
function written(config: VisionConfig, output: VisionOutput, side = config.imageSize): Written {
  const graph = new Graph();
  const depths = { encoder: 0, decoder: 0 };
  const scope = Scope.root({ graph, hooks: {}, initRule: visionInit, mode: "train", depths, task: null });
  const images = graph.input("images", "float32", [symbol("B"), 3, side, side]);
  const y = visionEncoder(config).encode(scope, images, output);
  const { parameters } = scope;
  const values = parameters.map(({ path, shape }) => [path, float32Tensor(clipFormula(path, shape), shape)]);
  const pixels = float32Tensor(formulaImages(BATCH, side), [BATCH, 3, side, side]);
  return { y, images, parameters, values: { ...Object.fromEntries(values), images: pixels } as HostValues };
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(values.map((value) => value ** 2).reduce((a, b) => a + b, 0) / values.length);
}

/** Layers like others that are tried, and the pool's queries and keys: cells of so small a grid are too much alike. */
const LEFT_OUT = /visual\.(?:conv|bn)[23]\.|\.layer[34]\.|\.layer2\.1\.|\.resblocks\.1\.|\.[qk]_proj\./;

function isTried({ path, traits }: Parameter): boolean {
  return traits.role !== "buffer" && !LEFT_OUT.test(path);
}

function title({ output, imageSize, positions }: VisionFigures): string {
  const size = imageSize === undefined ? "" : `of ${imageSize} pixels`;
  const places = positions === undefined ? "" : `${positions} positions`;
  return [output, size, places].filter((word) => word !== "").join(", ");
}

describe.each(Object.keys(VISION) as (keyof typeof VISION)[])("%s", (name) => {
  const { config, figures } = VISION_CASES[name];
  it.each(figures.map((one) => [title(one), one] as const))("equals PyTorch: %s", async (_, one) => {
    const changed = { ...config, positions: one.positions ?? config.positions };
    const side = one.imageSize ?? config.imageSize;
    const { y, values } = written(changed, one.output, side);
    const [got] = await evaluate({ y }, [values]);
    const { dims = [] } = got?.["y"] ?? {};
    const data = Array.from(got?.["y"]?.data ?? [], Number);
    expect(dims).toEqual(one.shape);
    const { rows, width } = visionEncoder(changed).rowShape(one.output, side);
    expect(dims.slice(1)).toEqual([rows, width]);
    const largest = Math.max(...data.map(Math.abs));
    one.picked.forEach((expected, i) => {
      const value = data[Math.floor((i * (data.length - 1)) / 15)] ?? Number.NaN;
      expect(Math.abs(value - expected) / largest).toBeLessThan(2e-6);
    });
    expect(rootMeanSquare(data) / one.rms).toBeCloseTo(1, 5);
  });

  it("has figures of every output", () => {
    const covered = new Set(figures.map(({ output }) => output));
    expect([...covered].toSorted()).toEqual([...visionEncoder(config).outputs].toSorted());
  });

  it.each(["grid", "pooled"] as const)("has the gradients of finite differences: %s", async (output) => {
    const { y, images, parameters, values } = written(config, output);
    const tried = parameters.filter((one) => isTried(one)).map(({ tensor }) => tensor);
    const question = { y, wrt: [images, ...tried], values };
    const { error, tensor, step } = await gradientError(evaluate, question);
    expect(error, `gradient by ${tensor} at step ${step}`).toBeLessThan(KINKS);
  });

  it("refuses other images where its positions are learned, and outputs it does not have", () => {
    expect(() => written(config, "pooled", 2 * config.imageSize)).toThrow("another size");
    const trunk = { ...config, pooledWidth: null };
    expect(() => written(trunk, "pooled")).toThrow('no output "pooled"');
    expect(() => visionEncoder(trunk).rowShape("pooled", config.imageSize)).toThrow(
      "ends before the projection",
    );
  });
});
