export { Graph, type Node } from "./graph.ts";
export { float32Tensor, int64Tensor, type HostTensor } from "./host-tensor.ts";
export type { Attribute, Attributes, BackwardStep, EncodeCall, Gradients, OnnxWriter, Op } from "./op.ts";
export { printGraph } from "./print.ts";
export { reach } from "./reach.ts";
export {
  bareSymbol,
  elementCount,
  evaluateSize,
  plus,
  sameShape,
  sameSize,
  shapeText,
  sizeText,
  symbol,
  times,
  type Shape,
  type Size,
} from "./size.ts";
export type { DType, KeepMaskFill, Tensor, TensorType } from "./tensor.ts";
export { verify } from "./verify.ts";
