import { assert, assertEquals } from "@std/assert";
import {
  Callback,
  data,
  getBackend,
  layers,
  type Logs,
  losses,
  sequential,
  setBackend,
  setSeed,
} from "../../mod.ts";

/** The losses of the first 100 batches of the MNIST network, on a backend. */
async function firstLosses(backend: string): Promise<number[]> {
  await setBackend(backend);
  setSeed(42);
  const { train } = data.digits({ train: 3200, test: 10 });
  const model = sequential([
    new layers.Dense({ units: 128, activation: "relu", inputShape: [784] }),
    new layers.Dense({ units: 64, activation: "relu" }),
    new layers.Dense({ units: 10 }),
  ]);
  model.compile({
    optimizer: "adam",
    loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  });
  const running: number[] = [];
  class Record extends Callback {
    override onTrainBatchEnd(_batch: number, logs: Logs): void {
      running.push(logs.loss);
    }
  }
  await model.fit(train, { verbose: 0, callbacks: [new Record()] });
  // The logs are means so far; their differences are the losses of the batches.
  return running.map((mean, i) => i === 0 ? mean : mean * (i + 1) - running[i - 1] * i);
}

Deno.test("wasm and reference agree on the first 100 losses to 1e-4, and wasm falls back nowhere", async () => {
  const wasm = await firstLosses("wasm");
  const { fallbacks } = getBackend();
  assertEquals([...fallbacks], []);
  const reference = await firstLosses("reference");
  await setBackend("wasm");
  assertEquals([wasm.length, reference.length], [100, 100]);
  const worst = Math.max(...wasm.map((loss, i) => Math.abs(loss - reference[i])));
  assert(worst < 1e-4, `the losses differ by up to ${worst}`);
});
