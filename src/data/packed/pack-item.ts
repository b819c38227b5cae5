import { VlPetError } from "../../error.ts";
import { checkShape } from "../feature-check.ts";
import type { StoredFeatures } from "../feature-source.ts";
import { firstNonFiniteWord, LARGEST_FLOAT16, narrowFloat16, widenFloat16 } from "../float16.ts";
import { itemLength, type PackedType, VALUE_BYTES } from "./layout.ts";
import type { UnfinishedStore } from "./unfinished-store.ts";

/**
 * Adds the features of an image to a store.
 *
 * @throws VlPetError "data" naming the image when they do not fit to those before or, into float16, at all.
 */
export async function addItem(
  store: UnfinishedStore,
  id: string,
  stored: StoredFeatures,
  { dtype, where }: { readonly dtype: PackedType; readonly where: string },
): Promise<void> {
  const { rows, width, boxes } = stored;
  const layout = { dtype, width, hasBoxes: boxes !== undefined };
  const { width: wanted, hasBoxes } = store.layout ?? layout;
  checkShape({ rows, width, length: stored.words.length }, id, where, wanted);
  if (layout.hasBoxes !== hasBoxes || (boxes !== undefined && boxes.length !== rows * 4)) {
    throw new VlPetError("data", `image ${id} has ${boxes === undefined ? "no" : boxes.length / 4} boxes`, {
      where,
      expected: hasBoxes ? `${rows} boxes, since other images have some` : "none, as other images have",
      fix: "pack features with boxes and features without into stores of their own",
    });
  }
  const bytes = new Uint8Array(itemLength(layout, rows));
  const values = dtype === "float16" ? halfWords(stored, id, where) : fullValues(stored);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  if (boxes !== undefined) {
    const behind = rows * width * VALUE_BYTES[dtype];
    bytes.set(new Uint8Array(boxes.buffer, boxes.byteOffset, boxes.byteLength), behind);
  }
  await store.add(id, rows, layout, bytes);
}

function fullValues({ words }: StoredFeatures): Float32Array {
  return words instanceof Float32Array ? words : widenFloat16(words);
}

function halfWords({ words, width }: StoredFeatures, id: string, where: string): Uint16Array {
  if (words instanceof Uint16Array) return words;
  const halves = narrowFloat16(words);
  const index = firstNonFiniteWord(halves);
  if (index === -1) return halves;
  throw new VlPetError("data", `the features of image ${id} do not fit into float16`, {
    where: `${where}, row ${Math.floor(index / width)}, channel ${index % width}`,
    expected: `values from -${LARGEST_FLOAT16} to ${LARGEST_FLOAT16}`,
    received: String(words[index]),
    fix: "pack as float32, or extract the features again",
  });
}
