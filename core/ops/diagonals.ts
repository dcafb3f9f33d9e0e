/**
 * Operations on diagonals and triangles of matrices.
 *
 * @module
 */

import { errors } from "../errors.ts";
import { knownDim, knownShape, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { eye, tri } from "./creation.ts";
import { where } from "./elementwise.ts";
import { reshape, sliceAxis, transpose } from "./movement.ts";
import { asTensor, type Operand, placedWith } from "./operand.ts";
import { pad } from "./padding.ts";
import { sum } from "./reduction.ts";

/** A diagonal of a matrix, or of the matrices in the given axes: `[…rest, length]`. */
export function diagonal(
  x: Operand,
  options: { offset?: number; axis1?: number; axis2?: number } = {},
): Tensor {
  const { offset = 0 } = options;
  const input = asTensor(x);
  const a = normalizeAxis("take the diagonal", options.axis1 ?? 0, input.ndim);
  const b = normalizeAxis("take the diagonal", options.axis2 ?? 1, input.ndim);
  if (a === b) throw errors.axisTwice("take the diagonal", a);
  const rest = input.dims.map((_, i) => i).filter((i) => i !== a && i !== b);
  const [rows, columns] = [a, b].map((i) => knownDim("take the diagonal", input.dims, i));
  const length = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)));
  const first = offset >= 0 ? offset : -offset * columns;
  const lead = rest.map((i) => input.dims[i]);
  const flat = reshape(transpose(input, [...rest, a, b]), [...lead, rows * columns]);
  const last = length === 0 ? first : first + (length - 1) * (columns + 1) + 1;
  return sliceAxis(flat, flat.ndim - 1, first, last, columns + 1);
}

/** A vector on the diagonal of a square matrix; of a matrix, its diagonal. */
export function diag(x: Operand, options: { k?: number } = {}): Tensor {
  const { k = 0 } = options;
  const input = asTensor(x);
  if (input.ndim === 2) return diagonal(input, { offset: k });
  if (input.ndim !== 1) throw errors.rank("make a diagonal", "one or two axes", input.dims);
  const n = knownDim("make a diagonal", input.dims, 0) + Math.abs(k);
  const columns = pad(input, [[Math.max(k, 0), Math.max(-k, 0)]]);
  return where(placedWith(input, eye(n, { k, dtype: "bool" })), columns, 0);
}

/** A tensor flattened onto the diagonal of a square matrix. */
export function diagflat(x: Operand, options: { k?: number } = {}): Tensor {
  return diag(reshape(x, [-1]), options);
}

/** The sum of a diagonal. */
export function trace(
  x: Operand,
  options: { offset?: number; axis1?: number; axis2?: number } = {},
): Tensor {
  return sum(diagonal(x, options), { axis: -1 });
}

function triangle(x: Operand, k: number, keepLower: boolean): Tensor {
  const input = asTensor(x);
  if (input.ndim < 2) throw errors.rank("take a triangle", "two or more axes", input.dims);
  const [n, m] = knownShape("take a triangle", input.dims.slice(-2));
  const lower = placedWith(input, tri(n, { m, k: keepLower ? k : k - 1, dtype: "bool" }));
  return keepLower ? where(lower, input, 0) : where(lower, 0, input);
}

/** The elements at and below diagonal `k`; zeros above. */
export function tril(x: Operand, options: { k?: number } = {}): Tensor {
  return triangle(x, options.k ?? 0, true);
}

/** The elements at and above diagonal `k`; zeros below. */
export function triu(x: Operand, options: { k?: number } = {}): Tensor {
  return triangle(x, options.k ?? 0, false);
}
