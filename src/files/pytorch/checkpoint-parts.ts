import type { PickleValue } from "./pickle-value.ts";
import type { StoredBytes } from "./stored-zip.ts";

/** A checkpoint taken apart: what its pickle describes, and where the storages lie that it speaks of. */
export interface CheckpointParts {
  readonly value: PickleValue;
  readonly storages: ReadonlyMap<string, StoredBytes>;
}

/** Largest pickle read; that of a model with a thousand tensors takes about 100 kB. */
export const MAX_PICKLE = 64 * 2 ** 20;
