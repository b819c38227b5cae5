import { VlPetError } from "../error.ts";
import type { Op } from "./op.ts";
import { elementCount, shapeText, sizeText, type Shape } from "./size.ts";
import {
  fillText,
  type DType,
  type KeepMaskFill,
  type Source,
  type Tensor,
  type TensorType,
} from "./tensor.ts";

/** One application of an op. */
export interface Node {
  readonly index: number;
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: object;
}

/** A program as data: tensors, and nodes in the order they were written. It only ever grows, so written order is a valid execution order. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly #named = new Map<string, Tensor>();
  readonly #scalars = new Map<number, Tensor>();
  #count = 0;

  /** A value fed at each run. `fill` lets the runtime make it (dropout masks). */
  input(name: string, dtype: DType, shape: Shape, fill: KeepMaskFill | null = null): Tensor {
    return this.#declare(name, { dtype, shape }, { kind: "input", fill });
  }

  /** A weight; whether it is frozen or fed is decided when the graph is encoded, not here. */
  parameter(name: string, shape: Shape): Tensor {
    return this.#declare(name, { dtype: "float32", shape }, { kind: "parameter" });
  }

  /** A small constant stored inside the model. */
  constant(data: Float32Array | BigInt64Array, shape: readonly number[]): Tensor {
    const size = elementCount(shape);
    if (size !== data.length) {
      throw new VlPetError("graph", "constant data does not fill its shape", {
        expected: `${sizeText(size)} elements for ${shapeText(shape)}`,
        received: `${data.length}`,
      });
    }
    const dtype = data instanceof Float32Array ? "float32" : "int64";
    return this.#tensor(`%const.${this.#count}`, { dtype, shape }, { kind: "constant", data });
  }

  /** A float32 scalar constant; equal values share one tensor. */
  scalar(value: number): Tensor {
    const known = this.#scalars.get(value);
    if (known !== undefined) return known;
    const made = this.constant(Float32Array.of(value), []);
    this.#scalars.set(value, made);
    return made;
  }

  /** Appends a node and returns its outputs. */
  apply<In extends readonly Tensor[], A extends object>(
    op: Op<In, A>,
    inputs: In,
    attributes: A,
  ): readonly Tensor[] {
    for (const input of inputs) {
      if (input.graph !== this) {
        throw new VlPetError("graph", `op ${op.name} mixes tensors of two graphs`, { where: input.name });
      }
    }
    const types = op.infer(inputs, attributes);
    const outputs: Tensor[] = [];
    const node: Node = { index: this.nodes.length, op: op as unknown as Op, inputs, outputs, attributes };
    types.forEach((type, output) => {
      outputs.push(this.#tensor(`%${this.#count}`, type, { kind: "node", node, output }));
    });
    this.nodes.push(node);
    return outputs;
  }

  /** Looks up an input or parameter by name. */
  find(name: string): Tensor | undefined {
    return this.#named.get(name);
  }

  #tensor(name: string, type: TensorType, source: Source): Tensor {
    return { graph: this, id: this.#count++, name, dtype: type.dtype, shape: type.shape, source };
  }

  #declare(name: string, type: TensorType, source: Source): Tensor {
    if (name === "" || name.startsWith("%")) {
      throw new VlPetError("graph", "an input or parameter needs a name of its own", {
        received: `"${name}"`,
        fix: 'do not begin names with "%": values without a name are numbered that way',
      });
    }
    const known = this.#named.get(name);
    if (known === undefined) {
      const made = this.#tensor(name, type, source);
      this.#named.set(name, made);
      return made;
    }
    const [expected, received] = [declarationText(known, known.source), declarationText(type, source)];
    if (expected !== received) {
      throw new VlPetError("graph", "the same name was asked for with another type", {
        where: name,
        expected,
        received,
      });
    }
    return known;
  }
}

/** Everything about a named tensor but its name; two declarations are the same exactly when their texts are. */
function declarationText({ dtype, shape }: TensorType, source: Source): string {
  const fill = source.kind === "input" && source.fill !== null ? ` = ${fillText(source.fill)}` : "";
  return `${source.kind} ${dtype}${shapeText(shape)}${fill}`;
}
