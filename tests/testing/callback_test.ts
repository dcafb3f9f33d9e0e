import { assertEquals } from "@std/assert";
import { Callback, callbacks } from "../../mod.ts";
import { checkCallback } from "../../testing.ts";
import { assertBreaks } from "./_breaks.ts";

Deno.test("checkCallback() takes a class with its options", () =>
  checkCallback(callbacks.EarlyStopping, { config: { patience: 0, restoreBestWeights: true } }));

Deno.test("checkCallback() finds a callback that serves one run alone", async () => {
  class Once extends Callback {
    #begun = false;
    override onTrainBegin(): void {
      if (this.#begun) throw new Error("spent");
      this.#begun = true;
    }
  }
  const { failures } = await checkCallback(Once, { throws: false });
  assertEquals(failures.map(({ name }) => name), [
    "watches fit, and again",
    "survives a run that is broken off",
  ]);
});

Deno.test("checkCallback() finds a callback that hides why a run ended", async () => {
  class Loud extends Callback {
    #epochs = 0;
    override onEpochEnd(): void {
      this.#epochs++;
    }
    override onTrainEnd(): void {
      if (this.#epochs === 0) throw new Error("no epoch");
    }
  }
  await assertBreaks(
    checkCallback(Loud),
    "survives a run that is broken off",
    'fit rejects with "no epoch" instead of the reason it was given',
  );
});
