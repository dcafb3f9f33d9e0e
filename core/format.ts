/**
 * Tensors as people read them.
 *
 * @module
 */

import type { DType, TypedArray } from "./dtype.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Nests flat values as the axes are. */
export function nest(values: TypedArray, shape: Shape, dtype: DType): unknown {
  const element = (i: number): number | boolean => dtype === "bool" ? values[i] !== 0 : values[i];
  const build = (axis: number, offset: number, span: number): unknown => {
    if (axis === shape.length) return element(offset);
    const step = shape[axis] === 0 ? 0 : span / shape[axis];
    return Array.from({ length: shape[axis] }, (_, i) => build(axis + 1, offset + i * step, step));
  };
  return build(0, 0, sizeOf(shape));
}

const EDGE = 3;
const MOST = 1000;

function formatNumber(value: number, dtype: DType): string {
  if (dtype === "bool") return value !== 0 ? "true" : "false";
  if (dtype === "int32" || !Number.isFinite(value) || Number.isInteger(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude < 1e-4 || magnitude >= 1e7) return value.toExponential(4);
  return String(Number(value.toPrecision(dtype === "float64" ? 8 : 5)));
}

/** The values in brackets, the middle of long axes left out. */
function formatValues(values: TypedArray, shape: Shape, dtype: DType): string {
  const shorten = sizeOf(shape) > MOST;
  const build = (axis: number, offset: number, span: number, indent: string): string => {
    if (axis === shape.length) return formatNumber(values[offset], dtype);
    const length = shape[axis];
    const step = length === 0 ? 0 : span / length;
    const parts: string[] = [];
    for (let i = 0; i < length; i++) {
      if (shorten && length > 2 * EDGE && i === EDGE) {
        parts.push("…");
        i = length - EDGE;
      }
      parts.push(build(axis + 1, offset + i * step, step, indent + " "));
    }
    const separator = axis === shape.length - 1 ? ", " : `,\n${indent} `;
    return `[${parts.join(separator)}]`;
  };
  return build(0, 0, sizeOf(shape), "");
}

/** What `console.log(tensor)` shows. */
export function formatTensor(tensor: Tensor): string {
  const about = [tensor.dtype, formatShape(tensor.dims)];
  if (tensor.requiresGrad) about.push("requiresGrad");
  const head = `Tensor(${about.join(", ")})`;
  if (tensor.isSymbolic) return `Symbolic${head}`;
  const storage = tensor.storageOrNull;
  if (storage === null) return `${head} freed`;
  if (storage.backend.view === undefined) return `${head} on ${storage.backend.name}`;
  const values = storage.backend.view(storage, tensor.dtype, tensor.size);
  return `${head} ${formatValues(values, tensor.shape, tensor.dtype)}`;
}
