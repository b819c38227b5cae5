import type { CompiledModel, Fetched, RunRequest } from "./device.ts";

/** What the main thread asks of the engine's thread. */
export type Ask =
  | {
      readonly kind: "compile";
      readonly model: number;
      readonly compiled: CompiledModel;
      readonly weightsFolder: string | null;
      readonly threads: number;
    }
  | { readonly kind: "run"; readonly model: number; readonly request: RunRequest }
  | { readonly kind: "put"; readonly values: Fetched }
  | { readonly kind: "get"; readonly names: readonly string[] }
  | { readonly kind: "drop"; readonly prefix: string }
  | { readonly kind: "release"; readonly model: number };

export type Answer =
  | { readonly id: number; readonly values: Fetched }
  | { readonly id: number; readonly failure: string };
