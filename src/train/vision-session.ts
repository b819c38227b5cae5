import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VlPetError } from "../error.ts";
import { openTensors } from "../files/index.ts";
import { float32Tensor, Graph, symbol } from "../graph/index.ts";
import { Scope, type Parameter } from "../nn/index.ts";
import { onnxModel } from "../onnx/index.ts";
import { nodeEngine } from "../runtime/index.ts";
import {
  visionEncoder,
  visionInit,
  type Positions,
  type RowShape,
  type VisionConfig,
  type VisionOutput,
} from "../vision/index.ts";
import { requireWholeVision, visionConfigIn, visionSource } from "./vision-source.ts";
import { modelWeights } from "./weights.ts";

export interface VisionSessionRequest {
  /** The encoder's weights: OpenAI's CLIP (`.pt`), a state dict (`.pth`), or safetensors, also with Hugging Face's names. */
  readonly file: string;
  readonly output: VisionOutput;
  /** Pixels a side; null = those it was trained with, or 224 where any number will do. */
  readonly imageSize?: number | null;
  readonly positions?: Positions;
  readonly threads?: number;
}

/** An image encoder with its numbers on a device. */
export interface VisionSession {
  readonly config: VisionConfig;
  /** Pixels a side. */
  readonly imageSize: number;
  /** Of what it makes of one image. */
  readonly shape: RowShape;
  /** Normalised pixels of some images, [images, 3, S, S] → [images, rows, width]. */
  encode(pixels: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** The encoder as a program from `images` to its output, and the parameters it asks for. */
function program(config: VisionConfig, output: VisionOutput, imageSize: number) {
  const graph = new Graph();
  const depths = { encoder: 0, decoder: 0 };
  const scope = Scope.root({
    graph,
    hooks: {},
    initRule: visionInit,
    mode: "evaluate",
    depths,
    task: null,
  });
  const images = graph.input("images", "float32", [symbol("B"), 3, imageSize, imageSize]);
  const rows = visionEncoder(config).encode(scope, images, output);
  return { rows, parameters: scope.parameters };
}

/** What an encoder asks for to make an output. */
export function visionParameters(config: VisionConfig, output: VisionOutput): readonly Parameter[] {
  return program(config, output, config.imageSize).parameters;
}

/**
 * Opens an image encoder. Throws kind "checkpoint" when the file is none or not whole, "config" when it has no such
 * output or cannot take images of this size.
 */
export async function visionSession(request: VisionSessionRequest): Promise<VisionSession> {
  const { file, output, positions = "learned" } = request;
  const tensors = await openTensors(file);
  const scratch = await mkdtemp(join(tmpdir(), "vlpet-vision-"));
  const engine = nodeEngine(request.threads === undefined ? {} : { threads: request.threads });
  const close = async (): Promise<void> => {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    const config: VisionConfig = { ...visionConfigIn(tensors), positions };
    const imageSize = request.imageSize ?? visionEncoder(config).usualSize(output);
    const { rows, parameters } = program(config, output, imageSize);
    requireWholeVision(tensors, parameters);
    const sources = [visionSource(tensors)];
    const { folder, frozen } = await modelWeights({
      parameters,
      isTrained: () => false,
      sources,
      seed: 0,
      scratch,
    });
    const session = await engine.compile(onnxModel({ rows }, frozen), folder);
    return {
      config,
      imageSize,
      shape: visionEncoder(config).rowShape(output, imageSize),
      async encode(pixels) {
        const count = pixels.length / (3 * imageSize ** 2);
        const images = float32Tensor(pixels, [count, 3, imageSize, imageSize]);
        const got = await session.run({ feeds: { images }, fetch: ["rows"] });
        if (got["rows"]?.data instanceof Float32Array) return got["rows"].data;
        throw new VlPetError("session", "the image encoder gave no rows", { where: file });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  } finally {
    await tensors.close();
  }
}
