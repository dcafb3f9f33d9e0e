/**
 * What all contenders train on: the same examples and the same first weights, in a file that each can read.
 *
 * @module
 */

import { data } from "@tensaur/tensaur";
import type { BenchOptions } from "./field.ts";
import { type ArrayFile, type Network, sizeOf, writeArrays } from "./protocol.ts";

type Shape = readonly number[];

/** The shape of an example of each network, and of its weights by name. */
const NETWORKS: Readonly<Record<Network, { input: Shape; weights: Record<string, Shape> }>> = {
  mlp: {
    input: [784],
    weights: {
      kernel0: [784, 128],
      bias0: [128],
      kernel1: [128, 64],
      bias1: [64],
      kernel2: [64, 10],
      bias2: [10],
    },
  },
  cnn: {
    input: [28, 28, 1],
    weights: {
      kernel0: [3, 3, 1, 32],
      bias0: [32],
      kernel1: [3, 3, 32, 64],
      bias1: [64],
      kernel2: [1600, 128],
      bias2: [128],
      kernel3: [128, 10],
      bias3: [10],
    },
  },
  resnet: {
    input: [32, 32, 16],
    weights: {
      kernel0: [3, 3, 16, 16],
      kernel1: [3, 3, 16, 16],
      kernel2: [16, 10],
      bias2: [10],
    },
  },
};

/** Evenly spread values from -1 to 1, the same in every run. */
function noise(size: number, limit = 1): Float32Array {
  const values = new Float32Array(size);
  let state = size >>> 0;
  for (let i = 0; i < size; i++) {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    values[i] = (state / 2 ** 31 - 1) * limit;
  }
  return values;
}

/** Weights in the range that Glorot's uniform initializer gives; biases are zero. */
function firstWeights(shape: Shape): Float32Array {
  const size = sizeOf(shape);
  if (shape.length === 1) return new Float32Array(size);
  const [inputs, outputs] = shape.slice(-2);
  return noise(size, Math.sqrt(6 * inputs * outputs / (size * (inputs + outputs))));
}

/** Which examples the bench trains on, in one line, and the file. */
export interface ExampleFile {
  readonly source: string;
  readonly arrays: ArrayFile;
}

/** Pixels and classes of so many examples, or of all that there are. */
async function examples(
  { data: dir }: BenchOptions,
  network: Network,
  count: number | null,
): Promise<{ source: string; x: Float32Array; y: Float32Array }> {
  if (network === "resnet") {
    const length = count ?? 1024;
    const y = Float32Array.from({ length }, (_, i) => i % 10);
    return { source: "noise", x: noise(length * sizeOf(NETWORKS.resnet.input)), y };
  }
  const { source, train } = dir === null
    ? data.digits({ train: count ?? 60000, test: 10 })
    : await data.mnist({ dir });
  const [x, y] = train.tensors;
  const used = Math.min(count ?? train.length, train.length);
  return {
    source,
    x: (await x.data() as Float32Array).subarray(0, used * 784),
    y: Float32Array.from((await y.data()).subarray(0, used), Number),
  };
}

/** Writes examples and the first weights of a network to a file. */
export async function writeExamples(
  options: BenchOptions,
  network: Network,
  count: number | null,
): Promise<ExampleFile> {
  const { input, weights } = NETWORKS[network];
  const { source, x, y } = await examples(options, network, count);
  const arrays: Parameters<typeof writeArrays>[1] = {
    x: { values: x, shape: [y.length, ...input] },
    y: { values: y, shape: [y.length] },
    ...Object.fromEntries(
      Object.entries(weights).map((
        [name, shape],
      ) => [name, { values: firstWeights(shape), shape }]),
    ),
  };
  const path = `${options.scratch}/${network}_${y.length}.f32`;
  return { source, arrays: await writeArrays(path, arrays) };
}
