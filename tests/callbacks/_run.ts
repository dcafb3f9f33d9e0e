/** A run without training: callbacks are told the logs of each epoch, as `fit` tells them. */

import {
  type Callback,
  type CallbackParams,
  layers,
  type Logs,
  type Model,
  optimizers,
  sequential,
  tensor,
} from "../../mod.ts";

/** A model whose one weight is the number of the epoch that is under way. */
export function countingModel(): Model {
  const model = sequential([new layers.Dense({ units: 1, useBias: false, inputShape: [1] })]);
  model.compile({ optimizer: new optimizers.SGD({ learningRate: 1 }), loss: "mse" });
  model.setWeights([tensor([[-1]])]);
  return model;
}

/** The one weight of a {@linkcode countingModel}. */
export function weightOf(model: Model): number {
  return model.getWeights()[0].item();
}

/** Calls the hooks of a run with these logs, an epoch each, until training is stopped. Returns how many epochs ran. */
export async function runEpochs(
  callback: Callback,
  model: Model,
  epochs: readonly Logs[],
  params: Partial<CallbackParams> = {},
): Promise<number> {
  callback.setModel(model);
  callback.setParams({ verbose: 0, epochs: epochs.length, steps: 1, mode: "fit", ...params });
  model.stopTraining = false;
  await callback.onTrainBegin({});
  let epoch = 0;
  while (epoch < epochs.length && !model.stopTraining) {
    await callback.onEpochBegin(epoch, {});
    model.setWeights([tensor([[epoch]])]);
    await callback.onTrainBatchEnd(0, epochs[epoch]);
    await callback.onEpochEnd(epoch, epochs[epoch]);
    epoch++;
  }
  await callback.onTrainEnd({});
  return epoch;
}

/** One log over the epochs. */
export function series(name: string, values: readonly number[]): Logs[] {
  return values.map((value) => ({ [name]: value }));
}

/** What a function prints and warns. */
export async function printed(run: () => unknown): Promise<string[]> {
  const { log, warn } = console;
  const lines: string[] = [];
  console.log = console.warn = (...parts: unknown[]) => void lines.push(parts.join(" "));
  try {
    await run();
  } finally {
    Object.assign(console, { log, warn });
  }
  return lines;
}
