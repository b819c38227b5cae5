import { VlPetError } from "../error.ts";

/**
 * Sizes of tensor axes: numbers, or polynomials over symbols such as the batch size `B`. Two sizes are the same exactly
 * when their canonical texts are, so shape rules can prove `B*(L+36)` equal to `B*L+36*B` without knowing B or L.
 */

/** A polynomial with integer coefficients; `text` is its canonical form. */
export interface SymbolicSize {
  readonly text: string;
  readonly terms: readonly Term[];
}

interface Term {
  readonly coefficient: number;
  /** Sorted symbol names, repeated for powers. */
  readonly symbols: readonly string[];
}

export type Size = number | SymbolicSize;

function termsOf(size: Size): readonly Term[] {
  return typeof size === "number" ? [{ coefficient: size, symbols: [] }] : size.terms;
}

function polynomial(terms: readonly Term[]): Size {
  const merged = new Map<string, Term>();
  for (const term of terms) {
    const key = term.symbols.join("*");
    const before = merged.get(key)?.coefficient ?? 0;
    merged.set(key, { coefficient: before + term.coefficient, symbols: term.symbols });
  }
  const kept = [...merged].filter(([, term]) => term.coefficient !== 0);
  if (kept.length === 0) return 0;
  kept.sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1));
  const [only] = kept;
  if (kept.length === 1 && only !== undefined && only[0] === "") return only[1].coefficient;
  const text = kept
    .map(([key, { coefficient }]) =>
      key === "" ? `${coefficient}` : coefficient === 1 ? key : `${coefficient}*${key}`,
    )
    .join("+");
  return { text, terms: kept.map(([, term]) => term) };
}

/** A size known only when the graph runs, e.g. `symbol("B")`. Throws kind "graph" when the name is no identifier. */
export function symbol(name: string): Size {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    throw new VlPetError(
      "graph",
      "the name of a size must be an identifier, or its text would read as a formula",
      {
        received: `"${name}"`,
      },
    );
  }
  return polynomial([{ coefficient: 1, symbols: [name] }]);
}

/** The sum of two sizes. */
export function plus(a: Size, b: Size): Size {
  return polynomial([...termsOf(a), ...termsOf(b)]);
}

/** The product of any number of sizes. */
export function times(...sizes: readonly Size[]): Size {
  return sizes.reduce((product, size) => {
    if (typeof product === "number" && typeof size === "number") return product * size;
    return polynomial(
      termsOf(product).flatMap((a) =>
        termsOf(size).map((b) => ({
          coefficient: a.coefficient * b.coefficient,
          symbols: [...a.symbols, ...b.symbols].toSorted(),
        })),
      ),
    );
  }, 1 as Size);
}

/** How a size is written in shapes, errors and printed graphs. */
export function sizeText(size: Size): string {
  return typeof size === "number" ? `${size}` : size.text;
}

export function sameSize(a: Size, b: Size): boolean {
  return sizeText(a) === sizeText(b);
}

/** The symbol's name if the size is one bare symbol, else null. */
export function bareSymbol(size: Size): string | null {
  if (typeof size === "number" || size.terms.length !== 1) return null;
  const [term] = size.terms;
  return term?.coefficient === 1 && term.symbols.length === 1 ? (term.symbols[0] ?? null) : null;
}

/** The number a size stands for once its symbols are bound; null when a symbol is missing. */
export function evaluateSize(size: Size, bindings: ReadonlyMap<string, number>): number | null {
  let sum = 0;
  for (const { coefficient, symbols } of termsOf(size)) {
    let product = coefficient;
    for (const name of symbols) {
      const bound = bindings.get(name);
      if (bound === undefined) return null;
      product *= bound;
    }
    sum += product;
  }
  return sum;
}

export type Shape = readonly Size[];

export function shapeText(shape: Shape): string {
  return `[${shape.map(sizeText).join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => sameSize(size, b[axis] ?? -1));
}

/** Number of elements of a shape. */
export function elementCount(shape: Shape): Size {
  return times(...shape);
}
