import { VlPetError } from "../error.ts";
import { clipKeys, type ClipKeys } from "../files/names/clip-names.ts";
import { openTensors, type TensorFile } from "../files/index.ts";
import type { Parameter } from "../nn/index.ts";
import { foundVision, type VisionConfig } from "../vision/index.ts";
import type { WeightSource } from "./weight-source.ts";

const ROOT = "visual.";

const FIX = "give CLIP's own checkpoint: OpenAI's .pt, its state dict, or Hugging Face's .safetensors";

function keysOf(file: TensorFile, path: string): ClipKeys | null {
  if (!path.startsWith(ROOT)) return null;
  return clipKeys(path.slice(ROOT.length), (key) => file.tensors.has(key));
}

/** A file with CLIP's image encoder, under OpenAI's names or Hugging Face's. */
export function visionSource(file: TensorFile): WeightSource {
  return {
    file,
    keys: ({ path }) => keysOf(file, path)?.keys ?? [],
    isTransposed: ({ path }) => keysOf(file, path)?.isTransposed ?? false,
  };
}

/** The shape of a tensor as our graphs have it; undefined where the file does not hold it. */
function shapeIn(file: TensorFile, path: string): readonly number[] | undefined {
  const found = keysOf(file, path);
  if (found === null) return undefined;
  const shapes = found.keys.map((key) => file.tensors.get(key)?.shape ?? []);
  const [first = []] = shapes;
  if (found.isTransposed) return first.toReversed();
  if (shapes.length === 1) return first;
  return [shapes.reduce((sum, [rows = 0]) => sum + rows, 0), ...first.slice(1)];
}

/** The configuration of the image encoder in a file. Throws kind "checkpoint" when no family is recognised. */
export function visionConfigIn(file: TensorFile): VisionConfig {
  const found = foundVision((name) => shapeIn(file, `${ROOT}${name}`));
  if (found !== null) return found;
  const names = [...file.tensors.keys()].slice(0, 3).join(", ");
  throw new VlPetError("checkpoint", "the file holds no image encoder that is known here", {
    where: file.file,
    expected: "a ResNet or a vision transformer of CLIP",
    received: `${file.tensors.size} tensors${names === "" ? "" : ` (${names}, …)`}`,
    fix: FIX,
  });
}

/** As `visionConfigIn`, for the file at a path. */
export async function readVisionConfig(path: string): Promise<VisionConfig> {
  const file = await openTensors(path);
  try {
    return visionConfigIn(file);
  } finally {
    await file.close();
  }
}

/** Throws kind "checkpoint", naming the tensors, unless a file has all of an encoder's parameters in their shapes. */
export function requireWholeVision(file: TensorFile, parameters: readonly Parameter[]): void {
  const wrong = parameters.flatMap(({ path, shape }) => {
    const stored = shapeIn(file, path);
    if (stored?.join() === shape.join()) return [];
    const received = stored === undefined ? "missing" : `[${stored.join(", ")}]`;
    return [`${path}: [${shape.join(", ")}], but ${received}`];
  });
  if (wrong.length === 0) return;
  throw new VlPetError("checkpoint", "the tensors are not those of the image encoder", {
    where: file.file,
    expected: `the ${parameters.length} tensors of the recognised encoder`,
    received: `${wrong.slice(0, 3).join("; ")}${wrong.length > 3 ? `; and ${wrong.length - 3} more` : ""}`,
    fix: FIX,
  });
}
