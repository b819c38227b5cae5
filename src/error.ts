/** What a failure is about; one kind a family of causes, so that callers can react without reading the text. */
export type ErrorKind =
  | "shape"
  | "site"
  | "config"
  | "checkpoint"
  | "data"
  | "graph"
  | "session"
  | "interrupted";

/** The parts of an error: where it happened, what was expected, what came, and what to do about it. */
export interface ErrorParts {
  /** File, option, node or tensor the error is about. */
  readonly where?: string;
  readonly expected?: string;
  readonly received?: string;
  /** What the reader can do now. */
  readonly fix?: string;
  readonly cause?: unknown;
}

/**
 * The one error class of the library. The message is assembled last, from data that stays on the object.
 *
 * @example
 * throw new VlPetError("shape", "feature width does not match the model", {
 *   where: "cat.h5", expected: "2048", received: "512", fix: "extract RN101 features",
 * });
 */
export class VlPetError extends Error {
  override readonly name = "VlPetError";
  readonly kind: ErrorKind;
  /** What went wrong, without the parts. */
  readonly summary: string;
  readonly parts: ErrorParts;

  constructor(kind: ErrorKind, summary: string, parts: ErrorParts = {}) {
    const lines = [parts.where === undefined ? summary : `${parts.where}: ${summary}`];
    if (parts.expected !== undefined) lines.push(`  expected: ${parts.expected}`);
    if (parts.received !== undefined) lines.push(`  received: ${parts.received}`);
    if (parts.fix !== undefined) lines.push(`  fix: ${parts.fix}`);
    super(lines.join("\n"), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.kind = kind;
    this.summary = summary;
    this.parts = parts;
  }
}
