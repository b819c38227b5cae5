import type { InferenceSession, Tensor as OrtTensor, TypedTensor } from "onnxruntime-common";
import { VlPetError } from "../error.ts";
import { bareSymbol, evaluateSize, type DType, type HostTensor, type KeepMaskFill, type Shape } from "../graph/index.ts";
import { RandomStream } from "../random.ts";

/** What the device must know of a model's input. */
export interface InputSpec {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly fill: KeepMaskFill | null;
}

/** One run of a compiled model. */
export interface RunRequest {
  readonly feeds: Readonly<Record<string, HostTensor>>;
  /** Input name → name of a value held on the device. */
  readonly held?: Readonly<Record<string, string>>;
  /** Output name → name under which the device keeps it (replacing an older value of that name). */
  readonly keep?: Readonly<Record<string, string>>;
  /** Outputs to bring back. */
  readonly fetch: readonly string[];
  /** Key of the random masks: the same seed and step draw the same masks. */
  readonly random?: { readonly seed: number; readonly step: number };
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
}

/** Session options that were measured to be the leanest without being slower; see docs/engine notes in README. */
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
    logSeverityLevel: 3,
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

  async compile(
    id: number,
    model: Uint8Array,
    inputs: readonly InputSpec[],
    options: InferenceSession.SessionOptions,
  ) {
    const session = await this.#ort.InferenceSession.create(model, options);
    this.#models.set(id, { session, inputs });
  }

  async release(id: number): Promise<void> {
    await this.#models.get(id)?.session.release();
    this.#models.delete(id);
  }

  put(values: Fetched): void {
    for (const [name, value] of Object.entries(values)) this.#values.set(name, this.#tensor(value));
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
    const feeds = this.#feeds(compiled.inputs, request);
    const keep = Object.entries(request.keep ?? {});
    const fetches: Record<string, OrtTensor | null> = Object.fromEntries(
      request.fetch.map((name) => [name, null]),
    );
    // The value before last is no longer read: its memory takes the new value when the size is the same.
    for (const [output, name] of keep) fetches[output] = this.#spare(name);
    const results = await compiled.session.run(feeds, fetches as InferenceSession.FetchesType);
    for (const [output, name] of keep) {
      const old = this.#values.get(name);
      const made = results[output];
      if (made === undefined)
        throw new VlPetError("session", "the model has no such output", { where: output });
      if (old !== undefined) this.#spares.set(name, old);
      this.#values.set(name, made);
    }
    return Object.fromEntries(
      request.fetch.map((name) => {
        const made = results[name];
        if (made === undefined)
          throw new VlPetError("session", "the model has no such output", { where: name });
        return [name, copyOut(made)];
      }),
    );
  }

  #spare(name: string): OrtTensor | null {
    const spare = this.#spares.get(name);
    const value = this.#values.get(name);
    if (spare === undefined || value === undefined || spare.dims.join() !== value.dims.join()) return null;
    this.#spares.delete(name);
    return spare;
  }

  #feeds(inputs: readonly InputSpec[], request: RunRequest): Record<string, OrtTensor> {
    const feeds: Record<string, OrtTensor> = {};
    const bindings = new Map<string, number>();
    for (const { name, shape, fill } of inputs) {
      if (fill !== null) continue;
      const tensor = this.#feed(name, request);
      shape.forEach((size, axis) => {
        const symbol = bareSymbol(size);
        if (symbol !== null) bindings.set(symbol, tensor.dims[axis] ?? 0);
      });
      feeds[name] = tensor;
    }
    for (const input of inputs)
      if (input.fill !== null) feeds[input.name] = this.#mask(input, bindings, request);
    return feeds;
  }

  #feed(name: string, request: RunRequest): OrtTensor {
    const fed = request.feeds[name];
    if (fed !== undefined) return this.#tensor(fed);
    const held = this.#values.get(request.held?.[name] ?? name);
    if (held === undefined) {
      throw new VlPetError("session", "a model input is neither fed nor held on the device", { where: name });
    }
    return held;
  }

  #mask(input: InputSpec, bindings: ReadonlyMap<string, number>, { random }: RunRequest): OrtTensor {
    const dims = input.shape.map((size) => evaluateSize(size, bindings));
    if (random === undefined || input.fill === null || dims.includes(null)) {
      throw new VlPetError("session", "a random mask needs a seed and known sizes", { where: input.name });
    }
    const sizes = dims.map(Number);
    const mask = new Uint8Array(sizes.reduce((a, b) => a * b, 1));
    new RandomStream(random.seed, `${input.name}@${random.step}`).fillKeepMask(mask, input.fill.dropRate);
    return this.#tensor({ dtype: "uint8", dims: sizes, data: mask });
  }

  #tensor({ dtype, data, dims }: HostTensor): OrtTensor {
    return new this.#ort.Tensor(dtype, data, dims);
  }
}

function copyOut(tensor: OrtTensor): HostTensor {
  const data = tensor.data as HostTensor["data"];
  return { dtype: tensor.type as DType, dims: [...tensor.dims], data: data.slice() };
}
