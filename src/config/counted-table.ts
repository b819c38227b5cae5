import * as v from "valibot";
import { BackboneConfig } from "../backbones/index.ts";
import { PetConfig } from "../pet/index.ts";
import { model, type Model } from "../train/model.ts";
import { parameterShare, shareWithBiases, type ParameterShare } from "../train/parameter-share.ts";
import { METHOD_TABLE, type TableCell } from "./method-table.ts";

/** A cell of the table with its numbers. */
export interface CountedCell extends ParameterShare {
  /** What the paper prints, in percent; null = it has no such row. */
  readonly paper: number | null;
  /** A counting that comes nearer to the paper's; null where ours reaches it. */
  readonly nearest: (ParameterShare & { readonly why: string }) | null;
}

export interface CountedRow {
  readonly what: string;
  readonly bart: CountedCell;
  readonly t5: CountedCell;
}

const IMAGE_TASKS = ["vqa", "gqa", "nlvr", "caption"];

function built(backbone: "bart" | "t5", pet: TableCell["pet"]): Model {
  return model(
    { backbone: v.parse(BackboneConfig, { name: backbone }), pet: v.parse(PetConfig, pet) },
    IMAGE_TASKS,
  );
}

function counted(backbone: "bart" | "t5", { pet, paper, nearest }: TableCell): CountedCell {
  const own = { ...parameterShare(built(backbone, pet)), paper };
  if (nearest === undefined) return { ...own, nearest: null };
  const count = nearest.biases ? shareWithBiases : parameterShare;
  return { ...own, nearest: { ...count(built(backbone, nearest.pet)), why: nearest.why } };
}

/** Counts every row of the table on bart-base and t5-base. */
export function countedTable(): readonly CountedRow[] {
  return METHOD_TABLE.map(({ what, bart, t5 }) => ({
    what,
    bart: counted("bart", bart),
    t5: counted("t5", t5),
  }));
}
