import type { Evaluate } from "../../src/autodiff/index.ts";
import { float32Tensor, Graph } from "../../src/graph/index.ts";
import { initialValues, paddedLayout, Scope, type SiteHooks, type SiteName } from "../../src/nn/index.ts";

/** What a plan made of some rows, and the weights it made it with, by their path below the site. */
export interface HookedRows {
  readonly rows: readonly (readonly number[])[];
  readonly weights: Readonly<Record<string, Matrix>>;
}

/** Rows of equal length; a vector is a single row. */
export type Matrix = readonly (readonly number[])[];

function matrixOf(values: ArrayLike<number>, width: number): Matrix {
  const all = Array.from(values);
  return Array.from({ length: all.length / width }, (_, row) => all.slice(row * width, (row + 1) * width));
}

const CENTRE = 0.05;

/**
 * Lets rows x and y, one example with a position a row, pass a site in a task's graph; all weights are random and none
 * is zero.
 */
export async function hookedRows(
  evaluate: Evaluate,
  hooks: SiteHooks,
  site: SiteName,
  { x, y }: { readonly x: Matrix; readonly y: Matrix },
  task: string | null = null,
): Promise<HookedRows> {
  const graph = new Graph();
  const normal = { kind: "normal", deviation: 0.5 } as const;
  const depths = { encoder: 2, decoder: 2 };
  const root = Scope.root({ graph, hooks, initRule: () => normal, mode: "evaluate", depths, task });
  const widths = { x: x[0]?.length ?? 0, y: y[0]?.length ?? 0 };
  const out = root.atLayer("layers", { index: 0, count: 2 }).site(site, {
    x: graph.input("x", "float32", [x.length, widths.x]),
    y: graph.input("y", "float32", [y.length, widths.y]),
    layout: paddedLayout(1, x.length),
  });
  const weights = root.parameters.map((parameter) => {
    const values = initialValues({ ...parameter, init: normal }, 1).map((value) => value + CENTRE);
    return [parameter, values] as const;
  });
  const feeds = Object.fromEntries(
    weights.map(([{ path, shape }, data]) => [path, float32Tensor(data, shape)]),
  );
  const [result] = await evaluate({ out }, [
    {
      ...feeds,
      x: float32Tensor(x.flat(), [x.length, widths.x]),
      y: float32Tensor(y.flat(), [y.length, widths.y]),
    },
  ]);
  return {
    rows: matrixOf((result?.["out"]?.data ?? []) as Float32Array, widths.y),
    weights: Object.fromEntries(
      weights.map(([{ path, shape }, data]) => [
        path.replace(/^layers\.0\.pet\./, ""),
        matrixOf(data, shape.at(-1) ?? 1),
      ]),
    ),
  };
}
