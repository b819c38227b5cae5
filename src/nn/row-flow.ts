/** A parameter of a backbone, and the one that stands for it in a side network; null = no side layer lies there. */
export interface Counterpart {
  readonly from: string;
  readonly to: string | null;
}

/**
 * A step of rows through a backbone, by its parameters' paths: into the stack by a table [V, D]; through a norm, whose
 * vectors have an entry for each channel; through maps that read the same rows and whose outputs belong together, with
 * weights [O, I] and biases [O]. "copy": a parameter without channels.
 */
export type FlowStep =
  | { readonly kind: "table"; readonly from: string }
  | { readonly kind: "norm"; readonly vectors: readonly Counterpart[] }
  | {
      readonly kind: "maps";
      readonly weights: readonly Counterpart[];
      readonly biases: readonly Counterpart[];
    }
  | { readonly kind: "copy"; readonly table: Counterpart };
