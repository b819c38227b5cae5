export { openPytorch, type PytorchFile } from "./open-pytorch.ts";
export { writePytorch } from "./write-pytorch.ts";
export type { PytorchEntry } from "./state-dict.ts";
