/**
 * Measures a training step with and without kernels, and kernel by kernel; prints one JSON object.
 *
 * @module
 */

import {
  type Backend,
  type Kernel,
  type KernelOperand,
  type Model,
  setBackend,
} from "@tensaur/tensaur";
import { backendOf, examples, networkOf } from "../peers/tensaur.ts";
import { type ArrayFile, type Arrays, batchesOf, readArrays } from "../protocol.ts";
import { median } from "../race.ts";

/** What to measure. */
export interface OverheadRequest {
  readonly arrays: ArrayFile;
  readonly rounds: number;
}

/** What was measured; times in µs a step. */
export interface OverheadResult {
  readonly steps: {
    loop: string;
    batch: number;
    step: number;
    outside: number;
    calls: number;
    fallbacks: number;
  }[];
  readonly kernelBatch: number;
  readonly kernels: { name: string; calls: number; microseconds: number }[];
}

type Kernels = ReadonlyMap<string, Kernel>;

/** Stands around each call of a kernel: does the work, or not. */
type Around = (name: string, outputs: readonly KernelOperand[], work: () => void) => void;

/** The same kernels with something around each call. */
function surrounded(kernels: Kernels, around: Around): Kernels {
  return new Map([...kernels].map(([name, kernel]) => {
    const accepts = kernel.accepts?.bind(kernel);
    const runAll = kernel.runAll?.bind(kernel);
    return [
      name,
      {
        ...accepts === undefined ? {} : { accepts },
        ...runAll === undefined
          ? {}
          : { runAll: (calls) => around(name, calls[0].outputs, () => runAll(calls)) },
        run: (inputs, outputs, attributes) =>
          around(name, outputs, () => kernel.run(inputs, outputs, attributes)),
      } satisfies Kernel,
    ];
  }));
}

const BATCHES = [32, 128] as const;

interface Spent {
  calls: number;
  milliseconds: number;
}

const ZERO = new Float32Array(1);

class Meter {
  readonly backend: Backend;
  readonly real: Kernels;
  readonly none: Kernels;
  readonly timed: Kernels;
  spent: Map<string, Spent> = new Map();

  constructor(backend: Backend) {
    this.backend = backend;
    this.real = backend.kernels;
    this.none = surrounded(this.real, (_, [output], work) => {
      // Labels and the loss are looked at, so they must hold something that passes.
      if (output.dtype !== "float32") work();
      else if (output.size === 1) backend.write(output.storage, ZERO);
    });
    this.timed = surrounded(this.real, (name, _, work) => {
      const began = performance.now();
      work();
      const took = performance.now() - began;
      const entry = this.spent.get(name);
      if (entry === undefined) this.spent.set(name, { calls: 1, milliseconds: took });
      else {
        entry.calls++;
        entry.milliseconds += took;
      }
    });
  }

  use(kernels: Kernels): void {
    (this.backend as { kernels: Kernels }).kernels = kernels;
  }
}

/** What a step spends in each kernel: the median over rounds, the dearest first. */
function summary(
  rounds: readonly ReadonlyMap<string, Spent>[],
  steps: number,
): OverheadResult["kernels"] {
  return [...rounds[0]].map(([name, { calls }]) => ({
    name,
    calls: calls / steps,
    microseconds: median(rounds.map((spent) => spent.get(name)!.milliseconds)) * 1000 / steps,
  })).sort((a, b) => b.microseconds - a.microseconds);
}

/** Runs so many steps. */
type Loop = (steps: number) => Promise<void>;

function loops(model: Model, arrays: Arrays, batch: number): Record<string, Loop> {
  const [x, y] = examples(arrays, [784]);
  const batches = batchesOf(arrays, batch).map((part) => examples(part, [784]));
  let next = 0;
  return {
    trainOnBatch: async (steps) => {
      for (let i = 0; i < steps; i++) await model.trainOnBatch(...batches[next++ % batches.length]);
    },
    fit: async (steps) => {
      const perEpoch = Math.floor(x.shape[0] / batch);
      const epochs = Math.max(1, Math.round(steps / perEpoch));
      await model.fit(x, y, { batchSize: batch, epochs, verbose: 0, shuffle: false });
    },
  };
}

/** µs a step. */
async function time(loop: Loop, steps: number): Promise<number> {
  const began = performance.now();
  await loop(steps);
  return (performance.now() - began) * 1000 / steps;
}

async function main({ arrays: file, rounds }: OverheadRequest): Promise<OverheadResult> {
  const arrays = readArrays(file);
  const backend = await setBackend(await backendOf("wasm", 1));
  const meter = new Meter(backend);
  const model = networkOf("mlp", arrays);
  const fallbacks = (): number => [...backend.fallbacks.values()].reduce((a, b) => a + b, 0);

  const results: OverheadResult["steps"] = [];
  let kernels: OverheadResult["kernels"] = [];
  for (const batch of BATCHES) {
    for (const [name, loop] of Object.entries(loops(model, arrays, batch))) {
      const before = fallbacks();
      const perRound = Math.floor(arrays.y.length / batch);
      for (const table of [meter.real, meter.none, meter.timed]) {
        meter.use(table);
        await loop(Math.max(perRound, 1000));
      }
      const real: number[] = [];
      const none: number[] = [];
      const parts: ReadonlyMap<string, Spent>[] = [];
      for (let round = 0; round < rounds; round++) {
        meter.use(meter.real);
        real.push(await time(loop, perRound));
        meter.use(meter.none);
        none.push(await time(loop, perRound));
        meter.use(meter.timed);
        meter.spent = new Map();
        await loop(perRound);
        parts.push(meter.spent);
      }
      const perStep = summary(parts, perRound);
      if (results.length === 0) kernels = perStep;
      results.push({
        loop: name,
        batch,
        step: median(real),
        outside: median(none),
        calls: perStep.reduce((sum, { calls }) => sum + calls, 0),
        fallbacks: fallbacks() - before,
      });
    }
  }

  return { steps: results, kernelBatch: BATCHES[0], kernels };
}

if (import.meta.main) {
  console.log(JSON.stringify(await main(JSON.parse(Deno.args[0]))));
  Deno.exit(0);
}
