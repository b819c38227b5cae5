import { fnv1a } from "../random.ts";
import { reach } from "./reach.ts";
import { shapeText, sizeText, type Size } from "./size.ts";
import { fillText, type Tensor } from "./tensor.ts";

const SHORT = { float32: "f32", int64: "i64", uint8: "u8", bool: "bool" } as const;

function typeText(tensor: Tensor): string {
  return `${SHORT[tensor.dtype]}${shapeText(tensor.shape)}`;
}

function attributeText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(attributeText).join(", ")}]`;
  if (typeof value === "object" && value !== null && "terms" in value) return sizeText(value as Size);
  return String(value);
}

const SHOWN = 4;

/** Few numbers as they are; of many, the first and a hash of all, so that the text changes with any of them. */
function constantText({ shape }: Tensor, data: Float32Array | BigInt64Array): string {
  if (data.length === 1) return `${data[0]}`;
  const shown = data.slice(0, SHOWN).join(", ");
  const rest = data.length > SHOWN ? `, … #${fnv1a(data.join()).toString(16)}` : "";
  return `const${shapeText(shape)}(${shown}${rest})`;
}

/**
 * A graph as readable text, one line a node: inputs and parameters first, then the program, then what it returns.
 * Values are numbered in order of appearance, so the text only changes when the program does.
 */
export function printGraph(outputs: Readonly<Record<string, Tensor>>): string {
  const { nodes, leaves } = reach(Object.values(outputs));
  const names = new Map<Tensor, string>();
  const lines: string[] = [];
  for (const leaf of leaves) {
    if (leaf.source.kind === "constant") {
      names.set(leaf, constantText(leaf, leaf.source.data));
    } else {
      names.set(leaf, leaf.name);
      const fill = leaf.source.kind === "input" && leaf.source.fill;
      const note = fill ? ` = ${fillText(fill)}` : "";
      lines.push(`${leaf.source.kind} ${leaf.name}: ${typeText(leaf)}${note}`);
    }
  }
  let count = 0;
  for (const node of nodes) {
    for (const output of node.outputs) names.set(output, `%${count++}`);
    const inputs = node.inputs.map((input) => names.get(input) ?? "?");
    const attributes = Object.entries(node.attributes).map(
      ([key, value]) => `${key}=${attributeText(value)}`,
    );
    const results = node.outputs.map((output) => names.get(output)).join(", ");
    const types = node.outputs.map(typeText).join(", ");
    lines.push(`${results} = ${node.op.name}(${[...inputs, ...attributes].join(", ")}) : ${types}`);
  }
  for (const [name, tensor] of Object.entries(outputs))
    lines.push(`return ${name} = ${names.get(tensor) ?? "?"}`);
  return `${lines.join("\n")}\n`;
}
