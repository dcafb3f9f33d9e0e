/**
 * What depends on constants alone is computed once, here, by the framework's own operations.
 *
 * @module
 */

import type { DType } from "../../../../core/dtype.ts";
import * as ops from "../../../../core/ops/mod.ts";
import { isKnown, type Shape } from "../../../../core/shape.ts";
import type { Tensor } from "../../../../core/tensor.ts";
import {
  DTYPE_CODES,
  type OnnxAttributes,
  type OnnxGraph,
  type OnnxNode,
  OnnxValue,
  rewriteNodes,
} from "../graph.ts";

type Evaluate = (inputs: readonly Tensor[], attributes: OnnxAttributes) => Tensor;

/** The operators that lowerings and passes put on constants. */
const EVALUATORS: Readonly<Record<string, Evaluate>> = {
  Transpose: ([x], { perm }) => ops.transpose(x, perm as number[]),
  Reshape: ([x], { shape }) => ops.reshape(x, shape as number[]),
  Cast: ([x], { to }) => ops.cast(x, dtypeOf(to as number)!),
  Neg: ([x]) => ops.negative(x),
  Not: ([x]) => ops.logicalNot(x),
  Add: ([a, b]) => ops.add(a, b),
  Sub: ([a, b]) => ops.subtract(a, b),
  Mul: ([a, b]) => ops.multiply(a, b),
  Div: ([a, b]) => ops.divide(a, b),
  Equal: ([a, b]) => ops.equal(a, b),
  Less: ([a, b]) => ops.less(a, b),
  GreaterOrEqual: ([a, b]) => ops.greaterEqual(a, b),
  And: ([a, b]) => ops.logicalAnd(a, b),
  Where: ([condition, a, b]) => ops.where(condition, a, b),
};

/** The dtype of ours that a code stands for. */
function dtypeOf(code: number): DType | null {
  const known = ["float32", "float64", "int32", "bool"] as const;
  return known.find((dtype) => DTYPE_CODES[dtype] === code) ?? null;
}

function isOurs({ dtype }: OnnxValue): boolean {
  return dtypeOf(DTYPE_CODES[dtype]) !== null;
}

/** Computes what depends on constants alone. */
export function foldConstants(graph: OnnxGraph): void {
  rewriteNodes(graph, (node) => {
    const result = folded(node);
    return result && [result];
  });
}

function folded({ op, inputs, attributes, outputs, domain }: OnnxNode): OnnxValue | null {
  const evaluate = domain === "" ? EVALUATORS[op] : undefined;
  const given = inputs.filter((input) => input !== null);
  const [output] = outputs;
  const isFolded = evaluate !== undefined && isOurs(output) &&
    given.every((input) => input.constant !== null && isOurs(input));
  if (!isFolded) return null;
  const tensor = evaluate(given.map(tensorOf), attributes);
  if (tensor.dtype !== output.dtype) return null;
  const value = new OnnxValue(tensor.dims, output.dtype, tensor);
  // A weight in another layout is still that weight.
  value.hint = given.length === 1 ? given[0].hint : null;
  return value;
}

/** A constant as a tensor. */
export function tensorOf({ constant, dims, dtype }: OnnxValue): Tensor {
  if (!Array.isArray(constant)) return constant as Tensor;
  const shape = isKnown(dims) ? dims as Shape : [];
  return ops.tensor(ops.reshape(ops.tensor(constant, { dtype: dtype as DType }), shape));
}
