/** A piece of a template: words as they stand, or the name of what stands in their place. */
export type TemplatePart = { readonly text: string } | { readonly name: string };

const PIECE = /\{\{|\}\}|\{([^{}]+)\}|[{}]|[^{}]+/g;

/**
 * The parts of a text with names in braces, such as `question: {question}`; a brace that is meant is written twice.
 * Null where braces do not pair up or hold nothing.
 */
export function templateParts(template: string): readonly TemplatePart[] | null {
  const parts: TemplatePart[] = [];
  for (const [piece, name] of template.matchAll(PIECE)) {
    if (name !== undefined) parts.push({ name });
    else if (piece === "{" || piece === "}") return null;
    else parts.push({ text: piece === "{{" || piece === "}}" ? piece.charAt(0) : piece });
  }
  return parts;
}

/** The template's text with `valueOf` each name in its place. */
export function filledTemplate(parts: readonly TemplatePart[], valueOf: (name: string) => string): string {
  return parts.map((part) => ("name" in part ? valueOf(part.name) : part.text)).join("");
}
