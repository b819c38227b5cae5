import type { InferenceSession, Tensor as OrtTensor, TypedTensor } from "onnxruntime-common";
import { VlPetError } from "../error.ts";
import type { DType, HostTensor, KeepMaskFill, Shape } from "../graph/index.ts";
import { bindings, boundShape, type Bindings } from "./bindings.ts";
import { keepMask, type RandomKey } from "./keep-mask.ts";

/** What the device must know of a model's outputs. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** What the device must know of a model's inputs. */
export interface InputSpec extends TensorSpec {
  readonly fill: KeepMaskFill | null;
}

/** A model as the device gets it. */
export interface CompiledModel {
  readonly bytes: Uint8Array;
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** One run of a compiled model. */
export interface RunRequest {
  /** Values of inputs by name; names the model does not read are ignored. A fed mask is used instead of a drawn one. */
  readonly feeds: Readonly<Record<string, HostTensor>>;
  /** Input name → name of a value held on the device. */
  readonly held?: Readonly<Record<string, string>>;
  /** Output name → name under which the device keeps it (replacing an older value of that name). */
  readonly keep?: Readonly<Record<string, string>>;
  /** Outputs to bring back. */
  readonly fetch: readonly string[];
  readonly random?: RandomKey;
}

export type Fetched = Readonly<Record<string, HostTensor>>;

/** The parts of onnxruntime-common that onnxruntime-node and onnxruntime-web share. */
export interface Ort {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: DType, data: HostTensor["data"], dims: readonly number[]) => TypedTensor<DType>;
}

interface Compiled {
  readonly session: InferenceSession;
  readonly inputs: readonly InputSpec[];
  readonly outputs: ReadonlyMap<string, TensorSpec>;
}

/** Session options that were measured to be the leanest without being slower. */
export function sessionOptions(
  weightsFolder: string | null,
  threads: number,
): InferenceSession.SessionOptions {
  const session: Record<string, string> = {
    // Packed copies of the frozen weights would double memory for 3-4 % of speed.
    disable_prepacking: "1",
  };
  if (weightsFolder !== null) session["model_external_initializers_file_folder_path"] = weightsFolder;
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    enableMemPattern: false,
    graphOptimizationLevel: "all",
    logSeverityLevel: 4, // failures are thrown with the same words; a library does not print
    extra: {
      session,
      // A merged mask would stay widened to float from forward to backward.
      optimization: { disable_specified_optimizers: "CommonSubexpressionElimination" },
    },
  };
}

/** Compiled models and held values of one onnxruntime, in whichever thread it lives. */
export class Device {
  readonly #ort: Ort;
  readonly #models = new Map<number, Compiled>();
  readonly #values = new Map<string, OrtTensor>();
  readonly #spares = new Map<string, OrtTensor>();

  constructor(ort: Ort) {
    this.#ort = ort;
  }

  async compile(id: number, model: CompiledModel, options: InferenceSession.SessionOptions): Promise<void> {
    const session = await this.#ort.InferenceSession.create(model.bytes, options);
    const outputs = new Map(model.outputs.map((output) => [output.name, output]));
    this.#models.set(id, { session, inputs: model.inputs, outputs });
  }

  async release(id: number): Promise<void> {
    await this.#models.get(id)?.session.release();
    this.#models.delete(id);
  }

  put(values: Fetched): void {
    for (const [name, value] of Object.entries(values)) this.#values.set(name, this.#tensor(name, value));
  }

  get(names: readonly string[]): Fetched {
    return Object.fromEntries(
      names.map((name) => {
        const value = this.#values.get(name);
        if (value === undefined)
          throw new VlPetError("session", "the device holds no value of this name", { where: name });
        return [name, copyOut(value)];
      }),
    );
  }

  drop(prefix: string): void {
    for (const table of [this.#values, this.#spares]) {
      for (const name of table.keys()) if (name.startsWith(prefix)) table.delete(name);
    }
  }

  async run(id: number, request: RunRequest): Promise<Fetched> {
    const compiled = this.#models.get(id);
    if (compiled === undefined) throw new VlPetError("session", "this model was released");
    const keep = Object.entries(request.keep ?? {});
    for (const name of [...request.fetch, ...keep.map(([output]) => output)]) {
      if (!compiled.outputs.has(name))
        throw new VlPetError("session", "the model has no such output", { where: name });
    }
    const { feeds, sizes } = this.#feeds(compiled.inputs, request);
    const fetches: Record<string, OrtTensor | null> = Object.fromEntries(
      request.fetch.map((name) => [name, null]),
    );
    for (const [output, name] of keep)
      fetches[output] = this.#spare(name, compiled.outputs.get(output), sizes);
    const results = await compiled.session.run(feeds, fetches);
    for (const [output, name] of keep) {
      const old = this.#values.get(name);
      if (old !== undefined) this.#spares.set(name, old);
      this.#values.set(name, resultOf(results, output));
    }
    return Object.fromEntries(request.fetch.map((name) => [name, copyOut(resultOf(results, name))]));
  }

  /** The value before last of a name is no longer read: its memory takes the new value when type and sizes agree. */
  #spare(name: string, output: TensorSpec | undefined, sizes: Bindings): OrtTensor | null {
    const spare = this.#spares.get(name);
    const dims = output && boundShape(output.shape, sizes);
    if (spare === undefined || spare.type !== output?.dtype || spare.dims.join() !== dims?.join())
      return null;
    this.#spares.delete(name);
    return spare;
  }

  /** What the model reads in this run, and what that says about symbolic sizes. */
  #feeds(inputs: readonly InputSpec[], request: RunRequest) {
    const feeds: Record<string, OrtTensor> = {};
    const given = inputs.filter(({ name, fill }) => fill === null || Object.hasOwn(request.feeds, name));
    const sizes = bindings(
      given.map((input) => {
        const tensor = this.#feed(input.name, request);
        feeds[input.name] = tensor;
        return { input, tensor };
      }),
    );
    for (const { name, shape, fill } of inputs) {
      if (fill === null || Object.hasOwn(request.feeds, name)) continue;
      feeds[name] = this.#tensor(name, keepMask(name, fill, boundShape(shape, sizes), request.random));
    }
    return { feeds, sizes };
  }

  #feed(name: string, request: RunRequest): OrtTensor {
    const fed = request.feeds[name];
    if (fed !== undefined) return this.#tensor(name, fed);
    const held = this.#values.get(request.held?.[name] ?? name);
    if (held === undefined) {
      throw new VlPetError("session", "a model input is neither fed nor held on the device", { where: name });
    }
    return held;
  }

  #tensor(name: string, { dtype, data, dims }: HostTensor): OrtTensor {
    try {
      return new this.#ort.Tensor(dtype, data, dims);
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      throw new VlPetError("session", `the tensor is malformed: ${words}`, {
        where: name,
        received: `${dtype}[${dims.join(", ")}] with ${data.length} numbers`,
        cause,
      });
    }
  }
}

function resultOf(results: InferenceSession.ReturnType, name: string): OrtTensor {
  const made = results[name];
  if (made === undefined) throw new VlPetError("session", "the run gave no such output", { where: name });
  return made;
}

function copyOut(tensor: OrtTensor): HostTensor {
  const data = tensor.data as HostTensor["data"];
  return { dtype: tensor.type as DType, dims: [...tensor.dims], data: data.slice() };
}
