export { asFloat32 } from "./as-float32.ts";
export { openSafetensors, type SafetensorsFile } from "./open-safetensors.ts";
export type { SafetensorsEntry } from "./safetensors-header.ts";
export type { Dtype, TensorData, TensorEntry, TensorFile, TensorOf } from "./tensor-data.ts";
export { writeSafetensors } from "./write-safetensors.ts";
