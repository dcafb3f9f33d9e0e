/**
 * Whether examples that are slow to make hold up training: the time of an epoch with batches made on the main thread
 * and by workers, beside training alone (all in memory) and loading alone (nothing trained):
 * `deno run --allow-read bench/pipeline.ts`.
 *
 * Each figure is the best of some epochs; the ways are measured in turns, side by side.
 *
 * @module
 */

import {
  type Backend,
  data,
  layers,
  registry,
  type Sequential,
  sequential,
  setBackend,
  setSeed,
} from "@tensaur/tensaur";

const LENGTH = 640;
const BATCH = 32;
const ROUNDS = 4;
const WORKERS = [0, 1, 2];

function network(units: number): Sequential {
  setSeed(1);
  const model = sequential([
    new layers.Dense({ units, activation: "relu", inputShape: [784] }),
    new layers.Dense({ units, activation: "relu" }),
    new layers.Dense({ units: 10, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  return model;
}

/** How much work an example takes that takes 1 ms on a thread of its own. */
async function workIn1ms(url: string): Promise<number> {
  const work = 100;
  const dataset = await data.ModuleDataset.open(url, { length: 1, work });
  let best = Infinity;
  for (let round = 0; round < 30; round++) {
    const began = performance.now();
    (await dataset.get(0, { seed: round })).forEach((field) => field.dispose());
    best = Math.min(best, performance.now() - began);
  }
  return work / best;
}

type Epoch = () => Promise<unknown>;

/** The ways to go through the data, by name. */
async function ways(model: Sequential, milliseconds: number): Promise<Record<string, Epoch>> {
  const url = import.meta.resolve("./pipeline_examples.ts");
  const work = Math.round(milliseconds * await workIn1ms(url));
  const dataset = await data.ModuleDataset.open(url, { length: LENGTH, work });
  const loaders = WORKERS.map((workers) =>
    new data.DataLoader(dataset, { batchSize: BATCH, workers })
  );
  const ready = data.digits({ train: LENGTH, test: 1 }).train;
  const inMemory = new data.DataLoader(ready, { batchSize: BATCH });
  return {
    "training alone": () => model.fit(inMemory, { verbose: 0 }),
    "loading alone": async () => {
      for await (const _ of loaders[0]);
    },
    ...Object.fromEntries(
      loaders.map((
        loader,
        i,
      ) => [`${WORKERS[i]} workers`, () => model.fit(loader, { verbose: 0 })]),
    ),
  };
}

async function measure(title: string, units: number, milliseconds: number): Promise<void> {
  const epochs = Object.entries(await ways(network(units), milliseconds));
  const best = new Map<string, number>();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, run] of epochs) {
      const began = performance.now();
      await run();
      const took = performance.now() - began;
      // The first round starts workers and warms up.
      if (round > 0) best.set(name, Math.min(best.get(name) ?? Infinity, took));
    }
  }
  const base = best.get("0 workers")!;
  console.log(`${title}; ${milliseconds} ms an example, ${LENGTH / BATCH} batches of ${BATCH}`);
  for (const [name, took] of best) {
    console.log(
      `  ${name.padEnd(16)}${took.toFixed(0).padStart(6)} ms${
        (base / took).toFixed(2).padStart(7)
      }×`,
    );
  }
}

// On one thread, so that a core is left for a worker where there are two.
await setBackend(await registry.create<Backend>("backend", "wasm", { threads: 1 }));
await measure("Loading slower than training", 128, 1);
await measure("Training slower than loading", 1536, 0.5);
Deno.exit(0);
