/**
 * How operations take their arguments: tensors, numbers and nested arrays, brought to one dtype.
 *
 * @module
 */

import { apply, isTensor } from "../dispatch.ts";
import { type DType, promote, toFloating, weakDType } from "../dtype.ts";
import { runtime } from "../runtime.ts";
import type { Tensor } from "../tensor.ts";
import { scalarOn, tensor, type TensorLike, toBackend } from "./creation.ts";

/** An argument of an operation. */
export type Operand = TensorLike;

/** An argument as a tensor. */
export function asTensor(value: Operand): Tensor {
  return isTensor(value) ? value : tensor(value);
}

/** The tensor in a dtype; itself where it has it. */
export function asDType(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply("cast", [x], { dtype });
}

/** An argument as a tensor of a float dtype. */
export function asFloat(value: Operand): Tensor {
  const x = asTensor(value);
  return asDType(x, toFloating(x.dtype));
}

/** A scalar constant beside a tensor, on the tensor's backend. */
export function constantBeside(x: Tensor, value: number, dtype: DType = x.dtype): Tensor {
  return scalarOn(x.isSymbolic ? runtime().backend : x.backend, value, dtype);
}

/** A tensor that an operation made for its own use, on the backend of the tensor it is used with. */
export function placedWith(x: Tensor, made: Tensor): Tensor {
  return x.isSymbolic || made.isSymbolic ? made : toBackend(made, x.backend);
}

/** A number takes the dtype that suits the tensor beside it; everything else keeps its own. */
function beside(x: Tensor, other: Operand): Tensor {
  if (typeof other === "number") return constantBeside(x, other, weakDType(other, x.dtype));
  if (typeof other === "boolean") return constantBeside(x, Number(other), "bool");
  return isTensor(other) ? other : placedWith(x, tensor(other));
}

/** Two arguments as tensors of one dtype. */
export function asPair(a: Operand, b: Operand): [Tensor, Tensor] {
  let x: Tensor;
  let y: Tensor;
  if (isTensor(a)) {
    x = a;
    y = beside(a, b);
  } else {
    y = asTensor(b);
    x = beside(y, a);
  }
  if (x.dtype === y.dtype) return [x, y];
  const dtype = promote(x.dtype, y.dtype);
  return [asDType(x, dtype), asDType(y, dtype)];
}

/** Two arguments as tensors of one float dtype. */
export function asFloatPair(a: Operand, b: Operand): [Tensor, Tensor] {
  const [x, y] = asPair(a, b);
  const dtype = toFloating(x.dtype);
  return [asDType(x, dtype), asDType(y, dtype)];
}
