export { openPytorch, type PytorchFile } from "./open-pytorch.ts";
export type { PytorchEntry } from "./state-dict.ts";
