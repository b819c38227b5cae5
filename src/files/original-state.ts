import { VlPetError } from "../error.ts";
import type { Parameter } from "../nn/index.ts";
import { isOriginalKey, type OriginalForm } from "./original-form.ts";
import { originalKeys } from "./original-names.ts";

/** One tensor of the original's state dict: some rows (of the first axis) of a parameter, or all of it. */
export interface StatePiece {
  readonly key: string;
  readonly parameter: Parameter;
  readonly shape: readonly number[];
  /** Where its elements begin in the parameter's. */
  readonly offset: number;
}

/** Maps that hold one module for each task. */
const BY_TASK = /\.(adapters|lora_As|lora_Bs|prompts)\.\w+(?=\.|$)/;
const SHARED_TABLE = "shared.weight";
const SHARED_RULE = "pet.phm.phm_rule";

/** The names under which the original has the token table, beside the first. */
function tableNames(key: string, { backbone }: OriginalForm): readonly string[] {
  const model = key.slice(0, key.length - SHARED_TABLE.length);
  const objectOrders = `${model}encoder.visual_embedding.obj_order_embedding.weight`;
  return [
    `${model}encoder.embed_tokens.weight`,
    ...(backbone.imageSlots === 0 ? [] : [objectOrders]),
    `${model}decoder.embed_tokens.weight`,
    `${model.replace(/(^|\.)model\.$/, "$1")}lm_head.weight`,
  ];
}

/** Further keys of the same tensor. */
function tiedKeys(key: string, { path }: Parameter, form: OriginalForm): readonly string[] {
  if (path === SHARED_TABLE) return tableNames(key, form);
  const embedding = key.indexOf("shared_task_embed.");
  if (embedding >= 0) {
    return ["encoder", "decoder"].map((stack) => key.replace("shared_task_embed.", `${stack}.task_embed.`));
  }
  if (!BY_TASK.test(key) || path.includes(".tasks.")) return [];
  const others = form.tasks.map((task) => key.replace(BY_TASK, `.$1.${task}`));
  return others.filter((other) => other !== key);
}

function piecesOf(parameter: Parameter, form: OriginalForm): readonly StatePiece[] {
  const keys = originalKeys(parameter, (key) => isOriginalKey(key, form), form.tasks);
  const [rows = 1, ...rest] = parameter.shape;
  if (rows % Math.max(keys.length, 1) !== 0) {
    throw new VlPetError("config", "heads must divide the rank of what they are cut from", {
      where: parameter.path,
      received: `${keys.length} heads of ${rows} rows`,
      fix: "choose another number of heads",
    });
  }
  const shape = keys.length === 1 ? parameter.shape : [rows / keys.length, ...rest];
  const size = shape.reduce((a, b) => a * b, 1);
  return keys.map((key, head) => ({ key, parameter, shape, offset: head * size }));
}

function renamed({ parameter, shape, offset }: StatePiece, key: string): StatePiece {
  return { key, parameter, shape, offset };
}

/** A rule that all maps share stands beside each map's own weights. */
function ruleCopies(pieces: readonly StatePiece[]): readonly StatePiece[] {
  const rule = pieces.find(({ parameter }) => parameter.path === SHARED_RULE);
  if (rule === undefined) return [];
  return pieces.flatMap(({ key }) => {
    const [, map] = /^(.*_sampler)\.(?:W|W_left)$/.exec(key) ?? [];
    return map === undefined ? [] : [{ ...rule, key: `${map}.phm_rule` }];
  });
}

/**
 * The state dict that the original would have saved for a model, as pieces of its parameters; tensors with several
 * names come once for each. Throws kind "checkpoint" when the original has no name for a parameter, because it cannot
 * build such a model.
 */
export function originalState(parameters: readonly Parameter[], form: OriginalForm): readonly StatePiece[] {
  const named = parameters.map((parameter) => ({ parameter, pieces: piecesOf(parameter, form) }));
  const unnamed = named.filter(({ pieces }) => pieces.length === 0).map(({ parameter }) => parameter.path);
  if (unnamed.length > 0) {
    throw new VlPetError(
      "checkpoint",
      "the original cannot build this model, so its files have no such names",
      {
        where: `${form.pet.name} on ${form.backbone.name}`,
        received: `${unnamed.length} parameters without a name: ${unnamed.slice(0, 3).join(", ")}`,
        fix: "keep the adapter's own format, or merge it into the backbone if it can be merged",
      },
    );
  }
  const first = named.flatMap(({ pieces }) => pieces);
  const tied = first.flatMap((piece) =>
    tiedKeys(piece.key, piece.parameter, form).map((key) => renamed(piece, key)),
  );
  const all = [...first, ...tied];
  return [...all, ...ruleCopies(all)];
}
