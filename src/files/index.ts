export { openTensors } from "./open-tensors.ts";
export * from "./pytorch/index.ts";
export * from "./safetensors.ts";
