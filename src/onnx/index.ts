export { onnxModel, type ExternalWeight, type OnnxModel } from "./model.ts";
