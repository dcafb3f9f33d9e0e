/**
 * Trains a small convolutional network for many steps and looks at its memory; then times it at growing batches and
 * numbers of epochs. Prints one JSON object.
 *
 * @module
 */

import {
  type Backend,
  layers,
  losses,
  type Model,
  optimizers,
  randn,
  sequential,
  setBackend,
  type Tensor,
  tensor,
} from "@tensaur/tensaur";
import { backendOf } from "../peers/tensaur.ts";

/** What to do. */
export interface FlatRequest {
  /** Steps over which memory is watched, and after how many to look. */
  readonly steps: number;
  readonly every: number;
  readonly rounds: number;
}

/** What is alive after so many steps; bytes. */
export interface Look {
  readonly step: number;
  /** The JavaScript heap after a collection. */
  readonly heap: number;
  /** Bytes and number of the live tensors. */
  readonly live: number;
  readonly tensors: number;
  /** The resident set. */
  readonly resident: number;
}

/** How a time grows: by so many times as many of a thing, so many milliseconds. */
export interface Growth {
  readonly count: number;
  readonly milliseconds: number;
}

/** What was measured. */
export interface FlatResult {
  readonly memory: readonly Look[];
  readonly batches: readonly Growth[];
  readonly epochs: readonly Growth[];
}

const BATCH = 8;
const EXAMPLES = 512;

function smallNetwork(): Model {
  const model = sequential([
    new layers.Conv2D({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [8, 8, 1] }),
    new layers.MaxPooling2D(),
    new layers.Flatten(),
    new layers.Dense({ units: 10 }),
  ]);
  model.compile({
    optimizer: new optimizers.Adam(),
    loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy"],
  });
  return model;
}

function images(count: number): [Tensor, Tensor] {
  return [
    randn([count, 8, 8, 1]),
    tensor(Int32Array.from({ length: count }, (_, i) => i % 10)),
  ];
}

async function watchMemory(
  backend: Backend,
  model: Model,
  { steps, every }: FlatRequest,
): Promise<Look[]> {
  const batches = Array.from({ length: EXAMPLES / BATCH }, () => images(BATCH));
  const { gc } = globalThis as unknown as { gc(): void };
  const looks: Look[] = [];
  const look = (step: number): void => {
    gc();
    const { bytes, storages } = backend.memory();
    const { heapUsed, rss } = Deno.memoryUsage();
    looks.push({ step, heap: heapUsed, live: bytes, tensors: storages, resident: rss });
  };
  // The first steps compile code and fill pools of buffers.
  for (let step = -every; step < steps; step++) {
    if (step >= 0 && step % every === 0) look(step);
    await model.trainOnBatch(...batches[(step + every) % batches.length]);
  }
  look(steps);
  batches.flat().forEach((t) => t.dispose());
  return looks;
}

/** Milliseconds for each count: the least over rounds, the counts in turns. */
async function growth(
  counts: readonly number[],
  rounds: number,
  run: (count: number) => Promise<unknown>,
): Promise<Growth[]> {
  const times = counts.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, count] of counts.entries()) {
      const began = performance.now();
      await run(count);
      if (round >= 0) times[i].push(performance.now() - began);
    }
  }
  return counts.map((count, i) => ({ count, milliseconds: Math.min(...times[i]) }));
}

async function main(request: FlatRequest): Promise<FlatResult> {
  const backend = await setBackend(await backendOf("wasm", 1));
  const model = smallNetwork();
  const memory = await watchMemory(backend, model, request);
  const [x, y] = images(EXAMPLES);
  const sizes = [32, 64, 128, 256, 512];
  const parts = new Map(sizes.map((size) => [size, images(size)]));
  return {
    memory,
    batches: await growth(sizes, request.rounds, async (size) => {
      for (let i = 0; i < 20; i++) await model.trainOnBatch(...parts.get(size)!);
    }),
    epochs: await growth([1, 2, 4, 8, 16], request.rounds, async (epochs) => {
      await model.fit(x, y, { batchSize: 32, epochs, verbose: 0 });
    }),
  };
}

if (import.meta.main) {
  console.log(JSON.stringify(await main(JSON.parse(Deno.args[0]))));
  Deno.exit(0);
}
