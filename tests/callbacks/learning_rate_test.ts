import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { callbacks, type Logs } from "../../mod.ts";
import { countingModel, printed, runEpochs, series } from "./_run.ts";

/** The learning rate at the end of each epoch, beginning with 1. */
async function ratesOf(
  options: callbacks.ReduceLROnPlateauOptions,
  values: number[],
): Promise<number[]> {
  const model = countingModel();
  const rates: number[] = [];
  class Recorded extends callbacks.ReduceLROnPlateau {
    override onEpochEnd(epoch: number, logs: Logs): void {
      super.onEpochEnd(epoch, logs);
      rates.push(model.optimizer.learningRate);
    }
  }
  await runEpochs(new Recorded(options), model, series("valLoss", values));
  return rates;
}

Deno.test("ReduceLROnPlateau reduces after `patience` epochs without improvement", async () => {
  const options = { factor: 0.5, patience: 2 };
  assertEquals(await ratesOf(options, [3, 3, 3, 3, 3, 1]), [1, 1, 0.5, 0.5, 0.25, 0.25]);
  assertEquals(await ratesOf({ factor: 0.5, patience: 0 }, [3, 3, 3]), [1, 0.5, 0.25]);
});

Deno.test("ReduceLROnPlateau counts only improvements of more than minDelta", async () => {
  const options = { factor: 0.5, patience: 1 };
  assertEquals(await ratesOf(options, [1, 0.99995]), [1, 0.5]);
  assertEquals(await ratesOf({ ...options, minDelta: 0 }, [1, 0.99995]), [1, 1]);
});

Deno.test("ReduceLROnPlateau rests for `cooldown` epochs, and stops at minLr", async () => {
  const options = { factor: 0.5, patience: 1 };
  assertEquals(await ratesOf({ ...options, cooldown: 2 }, [3, 3, 3, 3, 3]), [
    1,
    0.5,
    0.5,
    0.25,
    0.25,
  ]);
  assertEquals(await ratesOf({ ...options, minLr: 0.4 }, [3, 3, 3, 3]), [1, 0.5, 0.4, 0.4]);
});

Deno.test("ReduceLROnPlateau says what it does, and what it misses", async () => {
  const reduce = new callbacks.ReduceLROnPlateau({ patience: 1, factor: 0.5, verbose: 1 });
  const run = (name: string) => () => runEpochs(reduce, countingModel(), series(name, [1, 1]));
  assertEquals(await printed(run("valLoss")), ["Epoch 2: learning rate reduced to 0.5"]);
  assertEquals(
    (await printed(run("loss")))[0].startsWith('ReduceLROnPlateau watches "valLoss"'),
    true,
  );
});

Deno.test("ReduceLROnPlateau throws when an option makes no sense", () => {
  const make = (options: object) => () => new callbacks.ReduceLROnPlateau(options);
  for (const factor of [0, 1, 2, NaN]) assertThrows(make({ factor }), RangeError, "factor must be");
  assertThrows(make({ patience: -1 }), RangeError, "patience");
  assertThrows(make({ cooldown: 0.5 }), RangeError, "cooldown");
  assertThrows(make({ minLr: -1 }), RangeError, "minLr");
});

Deno.test("LearningRateScheduler sets the rate of each epoch from the one before", async () => {
  const model = countingModel();
  const seen: [number, number][] = [];
  const schedule = (epoch: number, rate: number): number => {
    seen.push([epoch, rate]);
    return rate * 0.1;
  };
  const scheduler = new callbacks.LearningRateScheduler({ schedule, verbose: 1 });
  const lines = await printed(() => runEpochs(scheduler, model, series("loss", [1, 1])));
  assertEquals(seen, [[0, 1], [1, 0.1]]);
  assertAlmostEquals(model.optimizer.learningRate, 0.01, 1e-12);
  assertEquals(lines[0], "Epoch 1: learning rate set to 0.1");
});

Deno.test("LearningRateScheduler throws when schedule is no function, or gives no rate", async () => {
  assertThrows(
    () => new callbacks.LearningRateScheduler({ schedule: 0.1 as never }),
    TypeError,
    "schedule must be a function",
  );
  for (const rate of [NaN, -1, undefined]) {
    const scheduler = new callbacks.LearningRateScheduler({ schedule: () => rate as number });
    const run = () => runEpochs(scheduler, countingModel(), series("loss", [1]));
    await assertRejects(run, RangeError, "a number from 0 on");
  }
});
