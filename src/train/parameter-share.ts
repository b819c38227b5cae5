import { parameterCount, type Parameter } from "../nn/index.ts";
import { parametersOf } from "./session.ts";
import type { Model } from "./model.ts";

/** How much of a model is trained; tied weights count once, buffers not at all. */
export interface ParameterShare {
  readonly trained: number;
  readonly total: number;
  /** 100 · trained / total, as the paper's tables give it. */
  readonly percent: number;
}

function share(trained: number, total: number): ParameterShare {
  return { trained, total, percent: (100 * trained) / total };
}

/** Counts a model's parameters as the original does: the visual embedding and the method's own are in both numbers. */
export function parameterShare(made: Model): ParameterShare {
  const { all, trained } = parametersOf(made);
  return share(parameterCount(trained), parameterCount(all));
}

/**
 * The share if every linear map, every norm and the LM head of the language model had a bias and trained it: a way of
 * counting that explains a published number on T5, which has none.
 */
export function shareWithBiases(made: Model): ParameterShare {
  const { trained, total } = parameterShare(made);
  const { all } = parametersOf(made);
  const paths = new Set(all.map(({ path }) => path));
  const isUnbiased = ({ path, traits: { owner, part, of, role } }: Parameter): boolean =>
    owner === "backbone" &&
    part !== "visual" &&
    ((of === "linear" && role === "weight") || (of === "norm" && role === "gain")) &&
    !paths.has(path.replace(/weight$/, "bias"));
  const added = all.filter(isUnbiased).reduce((sum, { shape: [outputs = 0] }) => sum + outputs, 0);
  const head = made.backbone.name === "t5" ? made.backbone.sizes.vocabulary : 0;
  return share(trained + added + head, total + added + head);
}
