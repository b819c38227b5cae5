import { VlPetError } from "../error.ts";
import type { Parameter } from "../nn/index.ts";
import { foundKeys, type WeightSource } from "./weight-source.ts";

/** Tensors of published files that say nothing: other names of the token table, leftovers of earlier versions. */
const MEANINGLESS = [
  /(?:^|\.)lm_head\.weight$/,
  /(?:^|\.)(?:encoder|decoder)\.embed_tokens\.weight$/,
  /(?:^|\.)(?:encoder|decoder)\.version$/,
  /(?:^|\.)position_ids$/,
  /(?:^|\.)visual_embedding\.obj_order_embedding\.weight$/,
  /\.EncDecAttention\.relative_attention_bias\.weight$/,
];

/** Parameters that a language model must bring along; the visual embedding and a bias of the head may start fresh. */
function isRequired({ traits: { owner, part, role } }: Parameter): boolean {
  return owner === "backbone" && part !== "visual" && part !== "vision" && role !== "buffer";
}

function listed(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [`${names.length} ${what} (${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""})`];
}

/**
 * Throws kind "checkpoint", naming the tensors, unless a backbone's file has every weight of the language model and
 * nothing else but a visual embedding.
 */
export function requireWholeBackbone(source: WeightSource, parameters: readonly Parameter[]): void {
  const { file } = source;
  const used = new Set(parameters.flatMap((parameter) => source.keys(parameter)));
  const missing = parameters.filter((one) => isRequired(one) && foundKeys([source], one) === null);
  const extra = [...file.tensors.keys()].filter(
    (key) =>
      !used.has(key) && !key.includes("visual_embedding.") && !MEANINGLESS.some((name) => name.test(key)),
  );
  const wrong = [
    ...listed(
      "missing",
      missing.map(({ path }) => path),
    ),
    ...listed("extra", extra),
  ];
  if (wrong.length === 0) return;
  throw new VlPetError("checkpoint", "the tensors are not those of this backbone", {
    where: file.file,
    expected: `the ${parameters.filter(isRequired).length} tensors of the configured language model`,
    received: wrong.join("; "),
    fix: "give the folder of a plain BART or T5; a checkpoint of the original is read by vlpet convert",
  });
}
