import { type ErrorKind, type ErrorParts, VlPetError } from "../error.ts";
import type { OpenOptions } from "./feature-formats.ts";
import type { Features, StoredFeatures } from "./feature-source.ts";
import type { PhotoEncoding } from "./photo-encoding.ts";

/** What can be told to another thread of how to open features: no functions. */
export interface PrefetchOptions extends Omit<OpenOptions, "encode" | "cacheBytes"> {
  /** How photos are turned into features; without it they are refused. */
  readonly photos?: PhotoEncoding;
}

/** What the thread that reads is asked. */
export type FeatureAsk =
  | { readonly kind: "open"; readonly path: string; readonly options: PrefetchOptions }
  | { readonly kind: "read"; readonly imageId: string }
  | { readonly kind: "readStored"; readonly imageId: string }
  | { readonly kind: "missing"; readonly imageIds: readonly string[] }
  | { readonly kind: "close" };

/** What it answers to each. */
export interface FeatureResults {
  readonly open: { readonly describe: string; readonly ids: readonly string[] };
  readonly read: Features;
  readonly readStored: StoredFeatures;
  readonly missing: string[];
  readonly close: null;
}

export type FeatureAnswer =
  | { readonly id: number; readonly result: FeatureResults[FeatureAsk["kind"]] }
  | { readonly id: number; readonly failure: FailureMessage };

/** An error as it is sent between threads, which would make a plain error of ours. */
export type FailureMessage =
  | { readonly kind: ErrorKind; readonly summary: string; readonly parts: ErrorParts }
  | { readonly kind: null; readonly message: string; readonly stack: string | undefined };

export function failureMessage(error: unknown): FailureMessage {
  if (error instanceof VlPetError) {
    const { kind, summary, parts } = error;
    return { kind, summary, parts: "cause" in parts ? { ...parts, cause: sendable(parts.cause) } : parts };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: null, message, stack: error instanceof Error ? error.stack : undefined };
}

/** The error that `message` was made of. */
export function failureOf(message: FailureMessage): Error {
  if (message.kind !== null) return new VlPetError(message.kind, message.summary, message.parts);
  const error = new Error(message.message);
  if (message.stack !== undefined) error.stack = message.stack;
  return error;
}

function sendable(cause: unknown): unknown {
  try {
    return structuredClone(cause);
  } catch {
    return String(cause);
  }
}
