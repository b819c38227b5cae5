import { formulaValues } from "./formula.ts";

/** Half the width and the middle of the values of a tensor of CLIP's image encoders: activations stay in range. */
function spread(name: string, shape: readonly number[]): readonly [a: number, b: number] {
  if (name.endsWith("running_var")) return [0.5, 1];
  if (/(?:running_mean|bias|positional_embedding)$/.test(name)) return [0.1, 0];
  if (name.endsWith("class_embedding")) return [1, 0];
  if (name.includes(".layer") && name.endsWith("bn3.weight")) return [0.1, 0.3];
  if (shape.length === 1) return [0.2, 1];
  if (name.endsWith("visual.proj")) return [Math.sqrt(3 / (shape[0] ?? 1)), 0];
  const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
  return [Math.sqrt((shape.length === 4 ? 6 : 3) / fanIn), 0];
}

/** A tensor of an image encoder by its name in OpenAI's checkpoints, as bench/peer_clip.py makes it too. */
export function clipFormula(name: string, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const [a, b] = spread(name, shape);
  return formulaValues({ formulaName: name, shape, a, b });
}

/** Made-up images [B, 3, S, S] in the range of normalised pixels. */
export function formulaImages(batch: number, side: number): Float32Array<ArrayBuffer> {
  return formulaValues({ formulaName: "images", shape: [batch, 3, side, side], a: 1.5, b: 0 });
}
