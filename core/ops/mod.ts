/**
 * All operations, under the names of `keras.ops` in camelCase: tensors by position, the rest in options.
 *
 * @module
 */

export {
  arange,
  type ArangeOptions,
  array,
  convertToTensor,
  type CreationOptions,
  empty,
  emptyLike,
  eye,
  type EyeOptions,
  full,
  fullLike,
  geomspace,
  identity,
  linspace,
  type LinspaceOptions,
  logspace,
  type NestedValues,
  ones,
  onesLike,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  type RandomOptions,
  tensor,
  type TensorLike,
  type TensorOptions,
  tri,
  zeros,
  zerosLike,
} from "./creation.ts";
export type { Operand } from "./operand.ts";
export * from "./elementwise.ts";
export {
  all,
  allclose,
  type AlongOptions,
  amax,
  amin,
  any,
  argmax,
  argmin,
  average,
  countNonzero,
  cumprod,
  cumsum,
  diff,
  type ExtremeOptions,
  logsumexp,
  max,
  mean,
  min,
  moments,
  norm,
  normalize,
  type NormOptions,
  prod,
  ptp,
  type ReduceOptions,
  std,
  sum,
  trapezoid,
  var,
  variance,
} from "./reduction.ts";
export {
  append,
  arraySplit,
  broadcastTo,
  concatenate,
  copy,
  dsplit,
  dstack,
  expandDims,
  flip,
  fliplr,
  flipud,
  hsplit,
  hstack,
  meshgrid,
  moveaxis,
  ndim,
  ravel,
  repeat,
  reshape,
  roll,
  rot90,
  shape,
  size,
  split,
  squeeze,
  stack,
  swapaxes,
  tile,
  transpose,
  unstack,
  vsplit,
  vstack,
} from "./movement.ts";
export * from "./padding.ts";
export * from "./indexing.ts";
export * from "./diagonals.ts";
export * from "./linalg.ts";
export * from "./sorting.ts";
export * from "./nan.ts";
export type { FusedActivation } from "./activation_gradient.ts";
export * from "./activations.ts";
export * from "./nn.ts";
export {
  conv,
  type ConvOptions,
  convTranspose,
  type ConvTransposeOptions,
  type DataFormat,
  depthwiseConv,
  separableConv,
  type WindowOptions,
} from "./convolution.ts";
export { averagePool, maxPool, type PoolOptions } from "./pooling.ts";
export * as image from "./image.ts";
export * from "./normalization.ts";
export * from "./random.ts";
