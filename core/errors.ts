/**
 * Every error that the core raises, one factory each, with a stable code. A message says what could not be
 * done, what was expected, what was met, and what to do.
 *
 * @module
 */

import type { Dims } from "./shape.ts";

/** A stable name for one kind of mistake, found as `error.code`. */
export type ErrorCode = string;

/** An error with a stable code. */
export interface CodedError extends Error {
  /** The stable name of the mistake. */
  readonly code: ErrorCode;
}

function shapeText(dims: Dims): string {
  return `[${dims.map((d) => d === null ? "null" : String(d)).join(", ")}]`;
}

function coded<E extends Error>(error: E, code: ErrorCode): E & CodedError {
  return Object.assign(error, { code });
}

/** An error of kind: the wrong type of thing. */
export function typeError(code: ErrorCode, message: string): TypeError & CodedError {
  return coded(new TypeError(message), code);
}

/** An error of value or shape: the right type of thing, out of range. */
export function rangeError(code: ErrorCode, message: string): RangeError & CodedError {
  return coded(new RangeError(message), code);
}

/** An error of state: the right call at the wrong time. */
export function stateError(code: ErrorCode, message: string): Error & CodedError {
  return coded(new Error(message), code);
}

/** A value as an error message shows it: short, and never a wall of numbers. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return value.name ? `function ${value.name}` : "a function";
  if (Array.isArray(value)) {
    const head = value.slice(0, 6).map(show).join(", ");
    return value.length > 6 ? `[${head}, … ${value.length} in all]` : `[${head}]`;
  }
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  if (typeof value === "object" && value !== null) {
    const name = value.constructor?.name;
    return name && name !== "Object" ? `a ${name}` : "an object";
  }
  return String(value);
}

/** How far two names are apart: insertions, deletions, substitutions. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length];
}

/** The known names that are nearest to a mistyped one, nearest first. */
export function nearMatches(name: string, known: Iterable<string>, most = 3): string[] {
  const wanted = name.toLowerCase();
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return [...new Set(known)]
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) =>
      distance <= limit || (wanted.length > 2 && candidate.toLowerCase().startsWith(wanted))
    )
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** The factories for errors about shapes, axes and dtypes, which many files raise. */
export const errors = {
  broadcast: (operation: string, a: Dims, b: Dims): RangeError =>
    rangeError(
      "shape.broadcast",
      `Cannot ${operation} tensors as their shapes do not broadcast: the shapes are ${
        shapeText(a)
      } and ${shapeText(b)}; aligned at the last axis, dimensions must be equal or 1`,
    ),
  axisRange: (operation: string, axis: number, ndim: number): RangeError =>
    rangeError(
      "shape.axis",
      ndim === 0
        ? `Cannot ${operation} along axis ${axis} as the tensor is a scalar: give it an axis by reshape([1])`
        : `Cannot ${operation} along axis ${axis} as the tensor has ${ndim} ${
          ndim === 1 ? "axis" : "axes"
        }: give a whole number from ${-ndim} to ${ndim - 1}`,
    ),
  axisTwice: (operation: string, axis: number): RangeError =>
    rangeError(
      "shape.axis",
      `Cannot ${operation} as axis ${axis} is named twice: name each axis once`,
    ),
  shapeKind: (operation: string, value: unknown): TypeError =>
    typeError(
      "shape.kind",
      `Cannot ${operation} as a shape is an array of dimensions: current shape is ${show(value)}`,
    ),
  shapeValue: (operation: string, shape: readonly unknown[]): RangeError =>
    rangeError(
      "shape.value",
      `Cannot ${operation} as dimensions are whole numbers from 0 on: current shape is ${
        show(shape)
      }`,
    ),
  dtype: (operation: string, expected: string, actual: string): TypeError =>
    typeError(
      "dtype.kind",
      `Cannot ${operation} as it takes ${expected} tensors: current dtype is ${actual}; convert with cast()`,
    ),
  rank: (operation: string, expected: string, dims: Dims): RangeError =>
    rangeError(
      "shape.rank",
      `Cannot ${operation} as the tensor must have ${expected}: current shape is ${
        shapeText(dims)
      }`,
    ),
  tooLarge: (operation: string, dims: Dims): RangeError =>
    rangeError(
      "memory.size",
      `Cannot ${operation} as no memory holds that many elements: current shape is ${
        shapeText(dims)
      }; make it in parts`,
    ),
  options: (operation: string, value: unknown): TypeError =>
    typeError(
      "option.kind",
      `Cannot ${operation} as options are given by name: current argument is ${
        show(value)
      }; write { axis: … }`,
    ),
  shapes: (operation: string, requirement: string, ...shapes: Dims[]): RangeError =>
    rangeError(
      "shape.mismatch",
      `Cannot ${operation} as ${requirement}: current ${
        shapes.length === 1 ? "shape is" : "shapes are"
      } ${shapes.map(shapeText).join(" and ")}`,
    ),
  option: (operation: string, option: string, requirement: string, value: unknown): RangeError =>
    rangeError(
      "option.value",
      `Cannot ${operation} as ${option} must be ${requirement}: current ${
        option.replace(/^(the|every) /, "")
      } is ${show(value)}`,
    ),
};
