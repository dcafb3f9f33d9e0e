/**
 * Tensors for checks, and how they are compared.
 *
 * @module
 */

import {
  type Dims,
  type DType,
  ops,
  randint,
  randn,
  type Shape,
  type Tensor,
  tidy,
} from "../mod.ts";
import { expect } from "./outcome.ts";

/** How {@linkcode draw} draws. */
export interface DrawOptions {
  /** @default "float32" */
  dtype?: DType;
  /** Of whole numbers, from the first up to but not including the second. @default [0, 2] */
  range?: readonly [low: number, high: number];
  /** Each gives other values. @default 1 */
  seed?: number;
}

/** Normal numbers for a float dtype, else whole numbers in a range; the same for the same seed. */
export function draw(
  shape: Shape,
  { dtype = "float32", range: [low, high] = [0, 2], seed = 1 }: DrawOptions = {},
): Tensor {
  return tidy(() => {
    if (dtype === "float32" || dtype === "float64") return randn(shape, { dtype, seed });
    return randint(shape, { low, high }, { seed }).cast(dtype);
  });
}

/**
 * Runs a comparison of gradients with up to three seeds until one passes: a difference across a kink is wrong by chance,
 * a wrong gradient in every draw.
 */
export function inOneOfThree(run: (seed: number) => void): void {
  for (let seed = 1;; seed++) {
    try {
      return run(seed);
    } catch (error) {
      if (seed === 3) throw error;
    }
  }
}

/** A shape as reports show it. */
export function shown(dims: Dims): string {
  return `[${dims.map(String).join(", ")}]`;
}

/** Whether gradients go through tensors of a dtype. */
export function isFloat({ dtype }: Tensor): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** The sum of all float elements, as a scalar that has a gradient where they have one. */
export function total(tensors: readonly Tensor[]): Tensor | null {
  const sums = tensors.filter(isFloat).map((x) => ops.sum(x));
  return sums.length === 0 ? null : sums.reduce((a, b) => ops.add(a, b));
}

/** How near two numbers must be: |actual − expected| ≤ tolerance · max(1, |expected|). */
function isNear(actual: number, expected: number, tolerance: number): boolean {
  if (Object.is(actual, expected) || actual === expected) return true;
  return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
}

/**
 * Compares two tensors, or lists of them: shapes, dtypes, and elements within a tolerance.
 *
 * @throws {Error} That names the first element that differs.
 */
export async function expectSame(
  what: string,
  actual: Tensor | readonly Tensor[],
  expected: Tensor | readonly Tensor[],
  tolerance = 0,
): Promise<void> {
  const [ours, theirs] = [[actual].flat() as Tensor[], [expected].flat() as Tensor[]];
  expect(ours.length === theirs.length, `${what} are ${ours.length} instead of ${theirs.length}`);
  for (const [i, one] of ours.entries()) {
    const name = ours.length === 1 ? what : `${what}, number ${i},`;
    const [a, e] = [
      `${one.dtype} ${shown(one.dims)}`,
      `${theirs[i].dtype} ${shown(theirs[i].dims)}`,
    ];
    expect(a === e, `${name} is ${a} instead of ${e}`);
    const [values, wanted] = [await one.data(), await theirs[i].data()];
    const at = values.findIndex((value, j) => !isNear(value, wanted[j], tolerance));
    expect(at < 0, `${name} has ${values[at]} as element ${at} instead of ${wanted[at]}`);
  }
}

/**
 * Checks that no element is NaN or infinite.
 *
 * @throws {Error} That names the first that is.
 */
export async function expectFinite(what: string, tensor: Tensor): Promise<void> {
  const values = await tensor.data();
  const at = values.findIndex((value) => !Number.isFinite(value));
  expect(at < 0, `${what} is ${values[at]} at element ${at}`);
}
