import { ADD, DIV, MUL, SUB } from "./arithmetic.ts";
import { CONV_2D, CONV_TRANSPOSE_2D } from "./convolution.ts";
import { DROPOUT } from "./dropout.ts";
import { GATHER, SCATTER } from "./gather.ts";
import { CONCAT, PAD, RESHAPE, SLICE, TRANSPOSE } from "./layout.ts";
import { GEMM, LINEAR, MAT_MUL } from "./matrix.ts";
import { LAYER_NORM } from "./norm.ts";
import { ERF, EXP, GELU, GELU_TANH, LOG, RELU, SIGMOID, SIGN, SQRT, TANH } from "./pointwise.ts";
import { AVERAGE_POOL_2D } from "./pooling.ts";
import { EQUAL_MASK, EXPAND, REDUCE_MAX, REDUCE_MEAN, REDUCE_SUM, SIZE_RATIO } from "./reduce.ts";
import { SOFTMAX } from "./softmax.ts";
import { TOKEN_LOSS } from "./token-loss.ts";
import { TOP_K } from "./top-k.ts";

export { add, div, mul, sub } from "./arithmetic.ts";
export { conv2d, convTranspose2d, type ConvolutionAttributes } from "./convolution.ts";
export { dropout } from "./dropout.ts";
export { gather, gatherRows, scatter } from "./gather.ts";
export { concat, padAxis, reshape, slice, transpose } from "./layout.ts";
export { gemm, linearMap, matMul, matMulTransposed } from "./matrix.ts";
export { layerNormalize, rmsNormalize } from "./norm.ts";
export { erf, exp, gelu, geluTanh, log, relu, sigmoid, sign, sqrt, tanh } from "./pointwise.ts";
export { averagePool2d } from "./pooling.ts";
export { expand, reduceMax, reduceMean, reduceSum, sumTo } from "./reduce.ts";
export { axisSize } from "./shape-rules.ts";
export { softmax } from "./softmax.ts";
export { tokenLoss } from "./token-loss.ts";
export { topK } from "./top-k.ts";

/** Every op. The contract suite walks this table: shapes equal onnxruntime's, gradients equal finite differences. */
export const OPS = [
  ADD,
  SUB,
  MUL,
  DIV,
  EXP,
  LOG,
  SQRT,
  TANH,
  SIGMOID,
  RELU,
  SIGN,
  ERF,
  GELU,
  GELU_TANH,
  GEMM,
  LINEAR,
  MAT_MUL,
  RESHAPE,
  TRANSPOSE,
  CONCAT,
  SLICE,
  PAD,
  REDUCE_SUM,
  REDUCE_MEAN,
  REDUCE_MAX,
  SIZE_RATIO,
  EQUAL_MASK,
  EXPAND,
  GATHER,
  SCATTER,
  CONV_2D,
  CONV_TRANSPOSE_2D,
  AVERAGE_POOL_2D,
  SOFTMAX,
  LAYER_NORM,
  DROPOUT,
  TOKEN_LOSS,
  TOP_K,
] as const;
