import { VlPetError } from "../error.ts";
import { bareSymbol, sizeText, type OnnxWriter, type Shape, type Size, type Tensor } from "../graph/index.ts";
import {
  ATTRIBUTE_TYPE,
  ELEMENT_TYPE,
  type AttributeMessage,
  type NodeMessage,
  type TensorMessage,
} from "./proto.ts";

type EmitOptions = NonNullable<Parameters<OnnxWriter["emit"]>[2]>;
type AttributeValue = NonNullable<EmitOptions["attributes"]>[string];

function attributeMessage(name: string, value: AttributeValue): AttributeMessage {
  if (typeof value === "number") return { name, type: ATTRIBUTE_TYPE.int, i: value };
  if (typeof value === "string")
    return { name, type: ATTRIBUTE_TYPE.string, s: new TextEncoder().encode(value) };
  if ("float" in value) return { name, type: ATTRIBUTE_TYPE.float, f: value.float };
  return { name, type: ATTRIBUTE_TYPE.ints, ints: value };
}

/** Collects ONNX nodes and small initialisers; constants and shape computations are shared by content. */
export class OnnxNodes implements OnnxWriter {
  readonly nodes: NodeMessage[] = [];
  readonly initializers: TensorMessage[] = [];
  readonly #shared = new Map<string, string>();
  readonly #symbols: ReadonlyMap<string, { readonly input: string; readonly axis: number }>;
  #count = 0;
  #label = "";

  /** `inputs`: the model's inputs; a symbol's run-time value is read off the first of them that has it as an axis. */
  constructor(inputs: readonly Tensor[]) {
    const symbols = new Map<string, { input: string; axis: number }>();
    for (const tensor of inputs) {
      tensor.shape.forEach((size, axis) => {
        const name = bareSymbol(size);
        if (name !== null && !symbols.has(name)) symbols.set(name, { input: tensor.name, axis });
      });
    }
    this.#symbols = symbols;
  }

  /** Names the ONNX nodes that follow, so that onnxruntime's errors and profiles say which op they belong to. */
  label(text: string): void {
    this.#label = text;
  }

  emit(type: string, inputs: readonly string[], options: EmitOptions = {}): string {
    const output = options.outputs ?? [this.#fresh()];
    const attribute = Object.entries(options.attributes ?? {}).map(([name, value]) =>
      attributeMessage(name, value),
    );
    this.nodes.push({
      name: `${this.#label} → ${output[0] ?? ""}`,
      input: inputs,
      output,
      opType: type,
      domain: options.domain ?? "",
      attribute,
    });
    return output[0] ?? "";
  }

  int64(values: readonly number[], options: { readonly scalar: boolean } = { scalar: false }): string {
    const dims = options.scalar ? [] : [values.length];
    return this.#once(`i64${options.scalar ? "" : "[]"} ${values.join(" ")}`, () =>
      this.constant(BigInt64Array.from(values, BigInt), dims),
    );
  }

  float32(value: number): string {
    return this.#once(`f32 ${value}`, () => this.constant(Float32Array.of(value), []));
  }

  shape(shape: Shape, options: { readonly freeAxis: boolean } = { freeAxis: false }): string {
    // -1 is only unambiguous while no other size can be 0.
    const unknown = shape.filter((size) => typeof size !== "number" || size === 0);
    const free = options.freeAxis && unknown.length === 1 && unknown[0] !== 0;
    const sizes = shape.map((size) => (free && typeof size !== "number" ? -1 : size));
    if (sizes.every((size) => typeof size === "number")) return this.int64(sizes);
    return this.#once(`shape ${sizes.map(sizeText).join(" ")}`, () => {
      const parts = sizes.map((size) => this.#size(size));
      return parts.length === 1 ? (parts[0] ?? "") : this.emit("Concat", parts, { attributes: { axis: 0 } });
    });
  }

  /** Adds a constant initialiser and returns its name. */
  constant(data: Float32Array | BigInt64Array, dims: readonly number[], name = this.#fresh()): string {
    const dataType = data instanceof Float32Array ? ELEMENT_TYPE.float32 : ELEMENT_TYPE.int64;
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ name, dims, dataType, rawData });
    return name;
  }

  /** A name that no tensor of a graph has. */
  #fresh(): string {
    return `%%${this.#count++}`;
  }

  /** An int64 vector of one element holding a size. */
  #size(size: Size): string {
    if (typeof size === "number") return this.int64([size]);
    return this.#once(`size ${size.text}`, () =>
      size.terms
        .map(({ coefficient, symbols }) => {
          const factors = symbols.map((name) => this.#symbol(name));
          if (coefficient !== 1 || factors.length === 0) factors.push(this.int64([coefficient]));
          return factors.reduce((product, factor) => this.emit("Mul", [product, factor]));
        })
        .reduce((sum, term) => this.emit("Add", [sum, term])),
    );
  }

  #symbol(name: string): string {
    const source = this.#symbols.get(name);
    if (source === undefined) {
      throw new VlPetError("graph", `no input has the size ${name} as an axis, so it has no run-time value`, {
        fix: "give the graph an input whose shape names it",
      });
    }
    const attributes = { start: source.axis, end: source.axis + 1 };
    return this.#once(`symbol ${name}`, () => this.emit("Shape", [source.input], { attributes }));
  }

  #once(key: string, make: () => string): string {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#shared.set(key, made);
    return made;
  }
}
