import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Callback,
  callbacks,
  layers,
  type Logs,
  ones,
  registry,
  sequential,
} from "../../mod.ts";
import { countingModel, printed, runEpochs, series } from "./_run.ts";

function model() {
  const made = sequential([new layers.Dense({ units: 1, inputShape: [1] })]);
  made.compile({ optimizer: "sgd", loss: "mse" });
  return made;
}

Deno.test("History keeps the logs of each epoch, also where one is given", async () => {
  const given = new callbacks.History();
  const history = await model().fit(ones([4, 1]), ones([4, 1]), {
    epochs: 5,
    initialEpoch: 2,
    verbose: 0,
    callbacks: [given],
  });
  assertEquals([history.epoch, given.epoch], [[2, 3, 4], [2, 3, 4]]);
  assertEquals(Object.keys(history.history), ["loss"]);
  assertEquals(history.history, given.history);
});

Deno.test("TerminateOnNaN ends training when a loss is no number, and says so", async () => {
  const [x, y] = [[[1], [NaN], [1]], [[1], [1], [1]]];
  const options = { batchSize: 1, epochs: 5, shuffle: false, verbose: 0 } as const;
  const guard = [new callbacks.TerminateOnNaN()];
  const lines = await printed(() => model().fit(x, y, { ...options, callbacks: guard }));
  assertEquals(lines, ["Batch 1: the loss is NaN, training ends"]);
  await assertRejects(() => model().fit(x, y, options), RangeError, "NaN");
});

Deno.test("TerminateOnNaN with raiseError rejects", async () => {
  const guard = new callbacks.TerminateOnNaN({ raiseError: true });
  const run = (loss: number) => runEpochs(guard, countingModel(), series("loss", [loss]));
  await assertRejects(() => run(Infinity), Error, "the loss is Infinity");
  assertEquals(await run(1), 1);
});

Deno.test("LambdaCallback calls the functions that it is given, and waits for them", async () => {
  const calls: string[] = [];
  const later = async (what: string): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    calls.push(what);
  };
  const lambda = new callbacks.LambdaCallback({
    onTrainBegin: () => later("begin"),
    onEpochBegin: (epoch) => calls.push(`epoch ${epoch}`),
    onTrainBatchEnd: (batch, logs) => calls.push(`batch ${batch} ${"loss" in logs}`),
    onEpochEnd: (epoch) => later(`end ${epoch}`),
    onTrainEnd: () => calls.push("over"),
  });
  await model().fit(ones([4, 1]), ones([4, 1]), { batchSize: 2, verbose: 0, callbacks: [lambda] });
  assertEquals(calls, ["begin", "epoch 0", "batch 0 true", "batch 1 true", "end 0", "over"]);
});

Deno.test("LambdaCallback throws when a name is no hook, and lists near matches", () => {
  const make = (hooks: object) => () => new callbacks.LambdaCallback(hooks);
  assertThrows(make({ onEpochEnds: () => {} }), RangeError, "onEpochEnd");
  assertThrows(make({ setModel: () => {} }), RangeError, "one of");
});

Deno.test("CSVLogger writes a line an epoch, and NA where an epoch lacks a log", async () => {
  const filename = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    const logger = new callbacks.CSVLogger({ filename });
    const epochs: Logs[] = [{ loss: 1 }, { loss: 0.5, valLoss: NaN }];
    await runEpochs(logger, countingModel(), epochs);
    assertEquals(await Deno.readTextFile(filename), "epoch,loss,valLoss\n0,1,NA\n1,0.5,NaN\n");

    const more = new callbacks.CSVLogger({ filename, append: true });
    await runEpochs(more, countingModel(), [{ loss: 0.1, valLoss: 2 }]);
    assert((await Deno.readTextFile(filename)).endsWith("\n1,0.5,NaN\n0,0.1,2\n"));

    const tabs = new callbacks.CSVLogger({ filename, separator: "\t" });
    await runEpochs(tabs, countingModel(), [{ loss: 3, valLoss: 4 }]);
    assertEquals(await Deno.readTextFile(filename), "epoch\tloss\tvalLoss\n0\t3\t4\n");
  } finally {
    await Deno.remove(filename);
  }
});

Deno.test("CSVLogger closes its file when training fails", async () => {
  const filename = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    const logger = new callbacks.CSVLogger({ filename });
    const fit = () => model().fit([[NaN]], [[1]], { verbose: 0, callbacks: [logger] });
    await assertRejects(fit, RangeError);
    assertEquals(await Deno.readTextFile(filename), "");
  } finally {
    await Deno.remove(filename);
  }
});

Deno.test("callbacks are found by name, and by the names that Keras has for them", () => {
  for (const name of ["ProgbarLogger", "early_stopping", "reduceLROnPlateau", "terminate_on_nan"]) {
    assert(registry.has("callback", name), name);
  }
  const stopping = registry.build<Callback>("callback", "EarlyStopping", { patience: 3 });
  assertEquals((stopping as callbacks.EarlyStopping).patience, 3);
});
