/**
 * The contract of callbacks.
 *
 * @module
 */

import { Callback, type Logs } from "../mod.ts";
import { type Bench, type Check, type CheckOptions, defineCheck } from "./contract.ts";
import { sums, trainableModel } from "./model.ts";
import { expect, messageOf, skip } from "./outcome.ts";
import { expectFinite } from "./values.ts";

type CallbackBench = Bench<Callback, CheckOptions>;

const LOGS: Logs = { loss: 0.5, valLoss: 0.6 };

/** Every hook, as a run of one epoch and a prediction call them. */
const RUN: readonly [hook: keyof Callback & `on${string}`, ...args: [Logs] | [number, Logs]][] = [
  ["onTrainBegin", {}],
  ["onEpochBegin", 0, {}],
  ["onTrainBatchBegin", 0, {}],
  ["onTrainBatchEnd", 0, LOGS],
  ["onTestBegin", {}],
  ["onTestBatchBegin", 0, {}],
  ["onTestBatchEnd", 0, LOGS],
  ["onTestEnd", LOGS],
  ["onEpochEnd", 0, LOGS],
  ["onTrainEnd", LOGS],
  ["onPredictBegin", {}],
  ["onPredictBatchBegin", 0, {}],
  ["onPredictBatchEnd", 0, {}],
  ["onPredictEnd", {}],
];

/** Has a callback watch a run of up to three epochs. */
async function watchFit(callback: Callback, signal?: AbortSignal): Promise<void> {
  const { x, y } = sums();
  const model = trainableModel();
  const options = { epochs: 3, batchSize: 4, validationSplit: 0.25, verbose: 0, signal } as const;
  await model.fit(x, y, { ...options, callbacks: [callback] });
  await expectFinite("the prediction after the run", model.predictOnBatch(x));
}

/**
 * Runs the contract of callbacks: what every built-in callback is held to.
 *
 * Every hook can be called; training, evaluation and prediction run to their end with it, also a second time and after a
 * run that was broken off; a round trip through the config where it has one. It is watched at work on a model with
 * validation data, whose logs are `loss` and `valLoss`.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts
 * import { Callback, type Logs } from "@tensaur/tensaur";
 * import { checkCallback } from "@tensaur/tensaur/testing";
 *
 * class Best extends Callback {
 *   loss = Infinity;
 *   override onEpochEnd(_epoch: number, { loss }: Logs) {
 *     this.loss = Math.min(this.loss, loss);
 *   }
 * }
 *
 * Deno.test("Best keeps the contract of callbacks", () => checkCallback(Best));
 * ```
 */
export const checkCallback: Check<Callback, CheckOptions> = defineCheck({
  kind: "callback",
  base: Callback,
  checks: {
    "takes every hook": async (bench: CallbackBench) => {
      const callback = bench.create();
      callback.setModel(trainableModel());
      callback.setParams({ verbose: 0, epochs: 1, steps: 1, mode: "fit" });
      for (const [hook, ...args] of RUN) {
        await (callback[hook] as (...args: unknown[]) => unknown).apply(callback, args);
      }
    },

    "watches fit, and again": async (bench) => {
      const callback = bench.create();
      await watchFit(callback);
      await watchFit(callback);
    },

    "watches evaluate and predict": async (bench) => {
      const { x, y } = sums();
      const model = trainableModel();
      const callbacks = [bench.create()];
      await model.evaluate(x, y, { callbacks });
      await expectFinite("the prediction", await model.predict(x, { callbacks }));
    },

    "survives a run that is broken off": async (bench) => {
      const callback = bench.create();
      const reason = new Error("enough");
      let met: unknown = null;
      await watchFit(callback, AbortSignal.abort(reason)).catch((error) => met = error);
      expect(
        met === reason,
        `fit rejects with "${messageOf(met)}" instead of the reason it was given`,
      );
      await watchFit(callback);
    },

    "is the same again when made from its config": (bench) => {
      const callback = bench.create();
      if (!("getConfig" in callback)) skip("it has no getConfig()");
      bench.remade(callback);
    },
  },
});
