import { assert, assertEquals, assertThrows } from "@std/assert";
import { callbacks, ones } from "../../mod.ts";
import { countingModel, printed, runEpochs, series, weightOf } from "./_run.ts";

type Options = callbacks.EarlyStoppingOptions;

/** How many epochs run until the callback stops them. */
async function epochsRun(options: Options, name: string, values: number[]): Promise<number> {
  return await runEpochs(
    new callbacks.EarlyStopping(options),
    countingModel(),
    series(name, values),
  );
}

Deno.test("EarlyStopping ends after `patience` epochs without improvement", async () => {
  const losses = [5, 4, 4, 4, 3, 3, 3, 3, 3];
  assertEquals(await epochsRun({}, "valLoss", losses), 3);
  assertEquals(await epochsRun({ patience: 1 }, "valLoss", losses), 3);
  assertEquals(await epochsRun({ patience: 3 }, "valLoss", losses), 8);
  assertEquals(await epochsRun({ patience: 9 }, "valLoss", losses), 9);
});

Deno.test("EarlyStopping takes an improvement of less than minDelta for none", async () => {
  const losses = [1, 0.95, 0.9, 0.7, 0.69, 0.68];
  assertEquals(await epochsRun({ minDelta: 0.2, patience: 3 }, "valLoss", losses), 6);
  assertEquals(await epochsRun({ minDelta: -0.2, patience: 2 }, "valLoss", losses), 3);
});

Deno.test("EarlyStopping knows by the name whether more is better, unless it is told", async () => {
  const rising = [0.1, 0.2, 0.3];
  assertEquals(await epochsRun({ monitor: "val_accuracy" }, "valAccuracy", rising), 3);
  assertEquals(await epochsRun({ monitor: "loss" }, "loss", rising), 2);
  assertEquals(await epochsRun({ monitor: "loss", mode: "max" }, "loss", rising), 3);
  assertEquals(await epochsRun({ monitor: "accuracy", mode: "min" }, "accuracy", rising), 2);
});

Deno.test("EarlyStopping finds a log in either spelling", async () => {
  for (const monitor of ["val_loss", "valLoss", "VAL_LOSS"]) {
    assertEquals(await epochsRun({ monitor }, "valLoss", [1, 2, 3]), 2);
  }
  assertEquals(await epochsRun({ monitor: "my_metric" }, "my_metric", [1, 2, 3]), 2);
});

Deno.test("EarlyStopping bears only `patience` epochs above its baseline", async () => {
  const losses = [5, 4, 3, 2, 1];
  assertEquals(await epochsRun({ baseline: 3.5, patience: 2 }, "valLoss", losses), 5);
  assertEquals(await epochsRun({ baseline: 0.5, patience: 2 }, "valLoss", [5, 4, 4, 4]), 3);
});

Deno.test("EarlyStopping counts nothing before startFromEpoch", async () => {
  assertEquals(await epochsRun({ startFromEpoch: 3 }, "valLoss", [1, 2, 3, 4, 5, 6]), 5);
});

Deno.test("EarlyStopping takes NaN for no improvement, also at first", async () => {
  assertEquals(await epochsRun({ patience: 2 }, "valLoss", [NaN, 3, 2, NaN, NaN, 1]), 5);
});

Deno.test("EarlyStopping puts the best weights back, whether it stopped or not", async () => {
  for (const patience of [1, 10]) {
    const model = countingModel();
    const stopping = new callbacks.EarlyStopping({ patience, restoreBestWeights: true });
    await runEpochs(stopping, model, series("valLoss", [3, 1, 2, 4]));
    assertEquals([weightOf(model), stopping.best, stopping.bestEpoch], [1, 1, 1]);
    assertEquals(stopping.stoppedEpoch, patience === 1 ? 2 : null);
  }
  const kept = countingModel();
  await runEpochs(new callbacks.EarlyStopping(), kept, series("valLoss", [3, 1, 2, 4]));
  assertEquals(weightOf(kept), 2);
});

Deno.test("EarlyStopping begins anew with each run", async () => {
  const stopping = new callbacks.EarlyStopping({ patience: 1, restoreBestWeights: true });
  const model = countingModel();
  assertEquals(await runEpochs(stopping, model, series("valLoss", [1, 2, 3])), 2);
  assertEquals(await runEpochs(stopping, model, series("valLoss", [9, 8, 7])), 3);
  assertEquals([weightOf(model), stopping.stoppedEpoch], [2, null]);
});

Deno.test("EarlyStopping says once when the log is missing, and goes on", async () => {
  const stopping = new callbacks.EarlyStopping();
  const lines = await printed(async () => {
    assertEquals(await runEpochs(stopping, countingModel(), series("loss", [1, 2, 3])), 3);
  });
  assertEquals(lines, [
    'EarlyStopping watches "valLoss", which epoch 1 did not give: its logs are loss; give validationData, or monitor ' +
    "one of these",
  ]);
});

Deno.test("EarlyStopping with verbose says when it stops and what it restores", async () => {
  const stopping = new callbacks.EarlyStopping({ verbose: 1, restoreBestWeights: true });
  const run = () => runEpochs(stopping, countingModel(), series("valLoss", [1, 2]));
  assertEquals(await printed(run), [
    "Epoch 2: early stopping",
    "Restoring the weights of the best epoch, 1",
  ]);
});

Deno.test("EarlyStopping ends a fit, and leaves no weights behind", async () => {
  const model = countingModel();
  const [x, y] = [ones([8, 1]), ones([8, 1])];
  const options = { monitor: "loss", minDelta: 10, patience: 2, restoreBestWeights: true };
  const fit = () =>
    model.fit(x, y, { epochs: 50, verbose: 0, callbacks: [new callbacks.EarlyStopping(options)] });
  assertEquals((await fit()).epoch, [0, 1, 2]);
  const { ledger } = x.backend;
  const alive = ledger.storages;
  await fit();
  assert(ledger.storages <= alive);
});

Deno.test("EarlyStopping throws when an option makes no sense", () => {
  const make = (options: object) => () => new callbacks.EarlyStopping(options);
  assertThrows(make({ patience: -1 }), RangeError, "patience must be a whole number from 0 on");
  assertThrows(make({ patience: 1.5 }), RangeError, "patience");
  assertThrows(make({ minDelta: NaN }), RangeError, "minDelta must be finite");
  assertThrows(make({ mode: "less" }), RangeError, "one of auto, min, max");
  assertThrows(make({ startFromEpoch: -1 }), RangeError, "startFromEpoch");
});
