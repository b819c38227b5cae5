import type { OpCases } from "../op-case.ts";
import { ARITHMETIC_CASES } from "./arithmetic.ts";
import { GATHER_CASES } from "./gather.ts";
import { IMAGE_CASES } from "./images.ts";
import { LAYER_CASES } from "./layers.ts";
import { LAYOUT_CASES } from "./layout.ts";
import { MATRIX_CASES } from "./matrix.ts";
import { POINTWISE_CASES } from "./pointwise.ts";
import { REDUCE_CASES } from "./reduce.ts";

/** What the contract suite tries on each op, by op name. */
export const OP_CASES: Readonly<Record<string, OpCases>> = {
  ...ARITHMETIC_CASES,
  ...POINTWISE_CASES,
  ...MATRIX_CASES,
  ...LAYOUT_CASES,
  ...REDUCE_CASES,
  ...GATHER_CASES,
  ...IMAGE_CASES,
  ...LAYER_CASES,
};
