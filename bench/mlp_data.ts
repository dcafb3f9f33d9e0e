/**
 * What all contenders train on: the same examples and the same first weights, in a file that each can read.
 *
 * @module
 */

import { data } from "@tensaur/tensaur";
import type { BenchOptions } from "./harness.ts";
import { type ArrayFile, sizeOf, writeArrays } from "./protocol.ts";

const SHAPES: readonly (readonly [name: string, shape: readonly number[]])[] = [
  ["kernel0", [784, 128]],
  ["bias0", [128]],
  ["kernel1", [128, 64]],
  ["bias1", [64]],
  ["kernel2", [64, 10]],
  ["bias2", [10]],
];

/** Weights in the range that Glorot's uniform initializer gives; biases are zero. */
function firstWeights(shape: readonly number[]): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  if (shape.length === 1) return values;
  const limit = Math.sqrt(6 / (shape[0] + shape[1]));
  let state = values.length >>> 0;
  for (let i = 0; i < values.length; i++) {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    values[i] = (state / 2 ** 31 - 1) * limit;
  }
  return values;
}

/** Which examples the bench trains on, in one line, and the file. */
export interface TrainingFile {
  readonly source: string;
  readonly arrays: ArrayFile;
}

/** Writes so many examples, or all there are, and the first weights to a file. */
export async function writeTrainingFile(
  { data: dir, scratch }: BenchOptions,
  count: number | null,
): Promise<TrainingFile> {
  const { source, train } = dir === null
    ? data.digits({ train: count ?? 12800, test: 10 })
    : await data.mnist({ dir });
  const [x, y] = train.tensors;
  const used = Math.min(count ?? train.length, train.length);
  const arrays: Record<string, { values: Float32Array; shape: readonly number[] }> = {
    x: {
      values: (await x.data() as Float32Array).subarray(0, used * 784),
      shape: [used, 784],
    },
    y: { values: Float32Array.from((await y.data()).subarray(0, used), Number), shape: [used] },
  };
  for (const [name, shape] of SHAPES) arrays[name] = { values: firstWeights(shape), shape };
  return { source, arrays: await writeArrays(`${scratch}/examples_${used}.f32`, arrays) };
}
