import { writeSafetensors, type TensorData } from "../../src/files/safetensors.ts";
import { fnv1a, mix32 } from "../../src/random.ts";
import type { FormulaTensor, FormulaWeights } from "./case.ts";

/** The formula of the fixtures' README: element i of a tensor is a function of its name. */
export function formulaValues({ formulaName, shape, a, b }: FormulaTensor): Float32Array<ArrayBuffer> {
  const seed = fnv1a(formulaName);
  const values = new Float32Array(shape.reduce((x, y) => x * y, 1));
  for (let i = 0; i < values.length; i++) {
    const u = mix32(seed + Math.imul(i, 0x9e3779b9)) / 2 ** 32;
    values[i] = (2 * u - 1) * a + b;
  }
  return values;
}

/** Writes the weights that a formula case describes, under their canonical names. */
export async function writeFormulaWeights(file: string, { rules, tensors }: FormulaWeights): Promise<void> {
  const list = Array.isArray(tensors)
    ? (tensors as readonly { name: string; shape: readonly number[] }[]).map(
        ({ name, shape }) => [name, shape] as const,
      )
    : Object.entries(tensors as Readonly<Record<string, readonly number[]>>);
  function* made(): Generator<[string, TensorData]> {
    for (const [name, shape] of list) {
      const rule = rules.find(({ contains, endsWith }) =>
        endsWith === undefined ? name.includes(contains ?? "") : name.endsWith(endsWith),
      );
      const data = formulaValues({ formulaName: name, shape, a: rule?.a ?? 0, b: rule?.b ?? 0 });
      yield [name, { dtype: "F32", shape, data }];
    }
  }
  await writeSafetensors(file, made());
}
