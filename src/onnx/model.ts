import { VlPetError } from "../error.ts";
import { elementCount, reach, shapeText, sizeText, times, verify, type Tensor } from "../graph/index.ts";
import { ELEMENT_TYPE, encodeProto, type TensorMessage, type ValueInfoMessage } from "./proto.ts";
import { OnnxNodes } from "./writer.ts";

/** The opset every model declares: the first with Gelu, and with axes as inputs of every reduction. */
const OPSET = 20;
const IR_VERSION = 9;
const FLOAT_BYTES = 4;

/** Where a frozen weight lies: raw little-endian float32 in a file that is mapped, never copied. */
export interface ExternalWeight {
  /** File name inside the weights folder. */
  readonly location: string;
  readonly offset: number;
  readonly byteLength: number;
}

export interface OnnxModel {
  readonly bytes: Uint8Array;
  /** Inputs in order: fed values, masks the runtime draws, and parameters that are not frozen. */
  readonly inputs: readonly Tensor[];
  readonly outputs: Readonly<Record<string, Tensor>>;
}

function valueInfo(name: string, tensor: Tensor): ValueInfoMessage {
  const dim = tensor.shape.map((size) =>
    typeof size === "number" ? { dimValue: size } : { dimParam: sizeText(size) },
  );
  return { name, type: { tensorType: { elemType: ELEMENT_TYPE[tensor.dtype], shape: { dim } } } };
}

function externalTensor(tensor: Tensor, weight: ExternalWeight): TensorMessage {
  const size = elementCount(tensor.shape);
  if (typeof size !== "number" || size * FLOAT_BYTES !== weight.byteLength) {
    throw new VlPetError("graph", "the stored weight does not fill the parameter's shape", {
      where: tensor.name,
      expected: `${sizeText(times(size, FLOAT_BYTES))} bytes for ${shapeText(tensor.shape)}`,
      received: `${weight.byteLength} bytes in ${weight.location}`,
    });
  }
  const entries = { location: weight.location, offset: `${weight.offset}`, length: `${weight.byteLength}` };
  return {
    name: tensor.name,
    dims: tensor.shape.map(Number),
    dataType: ELEMENT_TYPE[tensor.dtype],
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    dataLocation: 1,
  };
}

/**
 * Computed tensors take the name under which they are returned, which saves a copy. A tensor returned twice keeps the
 * first name, and inputs keep their own; `Identity` nodes make the other names.
 */
function outputNames(
  outputs: Readonly<Record<string, Tensor>>,
  leaves: readonly Tensor[],
): ReadonlyMap<Tensor, string> {
  const names = new Map<Tensor, string>();
  const owners = new Map(leaves.map((leaf) => [leaf.name, leaf]));
  for (const [name, tensor] of Object.entries(outputs)) {
    if (name === "" || name.startsWith("%") || (owners.get(name) ?? tensor) !== tensor) {
      throw new VlPetError("graph", "an output needs a name that no other tensor has", {
        received: `"${name}"`,
        fix: 'return it under another name, for example "new/" and the name',
      });
    }
    if (tensor.source.kind === "node" && !names.has(tensor)) names.set(tensor, name);
  }
  return names;
}

/**
 * Encodes what `outputs` need as one ONNX model. Parameters found in `frozen` become external initialisers; the
 * others become inputs under their own names. Throws kind "graph" when the graph is inconsistent, a stored weight does
 * not fill its parameter, an output is named like an input, or a symbolic size is an axis of no input.
 */
export function onnxModel(
  outputs: Readonly<Record<string, Tensor>>,
  frozen: ReadonlyMap<string, ExternalWeight>,
): OnnxModel {
  verify(Object.values(outputs));
  const { nodes, leaves } = reach(Object.values(outputs));
  const isFrozen = (leaf: Tensor): boolean => leaf.source.kind === "parameter" && frozen.has(leaf.name);
  const inputs = leaves.filter((leaf) => leaf.source.kind !== "constant" && !isFrozen(leaf));
  const writer = new OnnxNodes(inputs);
  for (const leaf of leaves) {
    if (leaf.source.kind === "constant") writer.constant(leaf.source.data, leaf.shape.map(Number), leaf.name);
    const weight = leaf.source.kind === "parameter" ? frozen.get(leaf.name) : undefined;
    if (weight !== undefined) writer.initializers.push(externalTensor(leaf, weight));
  }
  const names = outputNames(outputs, leaves);
  const nameOf = (tensor: Tensor): string => names.get(tensor) ?? tensor.name;
  for (const node of nodes) {
    writer.label(`${node.op.name} ${node.outputs[0]?.name ?? ""}`);
    node.op.encode(writer, {
      inputs: node.inputs.map(nameOf),
      outputs: node.outputs.map(nameOf),
      attributes: node.attributes as never,
      node,
      tensors: node.inputs,
    });
  }
  for (const [name, tensor] of Object.entries(outputs)) {
    writer.label(`return ${name}`);
    if (nameOf(tensor) !== name) writer.emit("Identity", [nameOf(tensor)], { outputs: [name] });
  }
  const bytes = encodeProto({
    irVersion: IR_VERSION,
    producerName: "vl-pet",
    opsetImport: [{ domain: "", version: OPSET }],
    graph: {
      name: "graph",
      node: writer.nodes,
      initializer: writer.initializers,
      input: inputs.map((input) => valueInfo(input.name, input)),
      output: Object.entries(outputs).map(([name, tensor]) => valueInfo(name, tensor)),
    },
  });
  return { bytes, inputs, outputs };
}
