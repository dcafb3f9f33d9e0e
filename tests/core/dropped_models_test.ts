/** Models that nobody holds any more. */

import { assert } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { getBackend, Input, layers, type Model, model, ops, tensor, zeros } from "../../mod.ts";
import { dense } from "./_models.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Bytes in use once the collector has come to rest. */
async function bytesAtRest(): Promise<number> {
  let bytes = Infinity;
  for (let rounds = 0; rounds < 20; rounds++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve));
    const now = getBackend().memory().bytes;
    if (now === bytes) break;
    bytes = now;
  }
  return bytes;
}

/** Of all that a model may hold: weights, slots of an optimizer, constants, graphs in it, and layers that know others. */
function made(shared: layers.Dense): Model {
  const x = Input({ shape: [32] });
  const h = ops.add(dense(32, { activation: "relu" }).apply(x), tensor(new Float32Array(32)));
  const inner = Input({ shape: [32] });
  const block = model({ inputs: inner, outputs: new layers.Dropout({ rate: 0.5 }).apply(inner) });
  const trained = model({ inputs: x, outputs: shared.apply(block.apply(h)) });
  trained.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
  return trained;
}

Deno.test("functional models that nobody holds give all their memory back", async () => {
  const shared = dense(4);
  const train = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      await made(shared).trainOnBatch(zeros([2, 32]), zeros([2, 4]));
    }
  };
  await train(2);
  const before = await bytesAtRest();
  await train(100);
  const growth = await bytesAtRest() - before;
  // One model with its slots takes over 12,000.
  assert(growth < 50_000, `${growth} bytes are left of 100 models`);
});
