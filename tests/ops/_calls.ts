/** How the cases of ops.json are called here: tensors by position, the rest in options, some of it by position too. */

import { type DType, ops, type Tensor, tensor } from "../../mod.ts";
import type { GoldenTensor, OpCase } from "../golden/read_golden.ts";

// deno-lint-ignore no-explicit-any -- the options of each op are its own
type Options = any;
type Call = (inputs: Tensor[], options: Options) => unknown;

const table = ops as unknown as Record<string, (...args: unknown[]) => unknown>;

/** The op takes its options in one object, as most do. */
const plain = (name: string): Call => (inputs, options) => table[name](...inputs, options);

/** The op takes its tensors as one list. */
const listed = (name: string): Call => (inputs, options) => table[name](inputs, options);

/** The op takes these options by position, after its tensors, and the rest in an object. */
function positional(name: string, ...keys: string[]): Call {
  return (inputs, options) => {
    const rest = { ...options };
    const values = keys.map((key) => {
      delete rest[key];
      return options[key];
    });
    return table[name](...inputs, ...values, rest);
  };
}

/** A tensor of the case that is a number, or a list of numbers, here. */
const numbers = (x: Tensor): number | number[] => x.toArray();

const CALLS: Record<string, Call> = {
  quantile: ([x, q], options) => ops.quantile(x, numbers(q), options),
  percentile: ([x, q], options) => ops.percentile(x, numbers(q), options),
  average: ([x, weights], options) => ops.average(x, { ...options, weights }),
  batchNormalization: ([x, mean, variance, scale, offset], options) =>
    ops.batchNormalization(x, mean, variance, { ...options, scale, offset }),
  layerNormalization: ([x, gamma, beta], options) =>
    ops.layerNormalization(x, { ...options, gamma, beta }),
  rmsNormalization: ([x, scale], options) => ops.rmsNormalization(x, { ...options, scale }),
  topK: ([x], { k, ...options }) => {
    const { values, indices } = ops.topK(x, k, options);
    return [values, indices];
  },
  einsum: (inputs, { subscripts }) => ops.einsum(subscripts, ...inputs),
  nonzero: ([x]) => ops.stack(ops.nonzero(x)),
  concatenate: listed("concatenate"),
  stack: listed("stack"),
  hstack: listed("hstack"),
  vstack: listed("vstack"),
  dstack: listed("dstack"),
  meshgrid: listed("meshgrid"),
  reshape: positional("reshape", "newshape"),
  transpose: positional("transpose", "axes"),
  swapaxes: positional("swapaxes", "axis1", "axis2"),
  moveaxis: positional("moveaxis", "source", "destination"),
  squeeze: positional("squeeze", "axis"),
  expandDims: positional("expandDims", "axis"),
  broadcastTo: positional("broadcastTo", "shape"),
  split: positional("split", "indicesOrSections"),
  arraySplit: positional("arraySplit", "indicesOrSections"),
  vsplit: positional("vsplit", "indicesOrSections"),
  hsplit: positional("hsplit", "indicesOrSections"),
  dsplit: positional("dsplit", "indicesOrSections"),
  roll: positional("roll", "shift"),
  repeat: positional("repeat", "repeats"),
  tile: positional("tile", "repeats"),
  pad: positional("pad", "padWidth"),
  scatter: positional("scatter", "shape"),
  slice: positional("slice", "startIndices", "shape"),
  sliceUpdate: ([x, updates], { startIndices }) => ops.sliceUpdate(x, startIndices, updates),
  unravelIndex: positional("unravelIndex", "shape"),
  oneHot: positional("oneHot", "numClasses"),
  multiHot: positional("multiHot", "numClasses"),
  eye: positional("eye", "n"),
  identity: positional("identity", "n"),
  tri: positional("tri", "n"),
  arange: positional("arange", "start"),
  linspace: positional("linspace", "start", "stop"),
  logspace: positional("logspace", "start", "stop"),
  full: positional("full", "shape", "fillValue"),
  zeros: positional("zeros", "shape"),
  ones: positional("ones", "shape"),
  fullLike: positional("fullLike", "fillValue"),
  cast: positional("cast", "dtype"),
  resize: ([x], options) => ops.image.resize(x, options),
};

/** Runs a case's op on tensors; a single result becomes a list of one. */
export function call({ op, options }: OpCase, inputs: Tensor[]): Tensor[] {
  const result = (CALLS[op] ?? plain(op))(inputs, options);
  return Array.isArray(result) ? result : [result as Tensor];
}

/** The results that a case expects. */
export function expectedOf({ output, outputs }: OpCase): GoldenTensor[] {
  return outputs ?? [output!];
}

/** A golden tensor. */
export function fromGolden({ data, shape, dtype }: GoldenTensor): Tensor {
  return tensor(data, { shape, dtype: dtype as DType });
}
