/**
 * A training step of the dense network 784-128-64-10 with Adam: forward, loss, backward, update.
 *
 * @module
 */

import {
  entrants,
  race,
  type RaceResult,
  ratioTable,
  ratioTarget,
  timesTable,
  type Workload,
} from "../harness.ts";
import { writeTrainingFile } from "../mlp_data.ts";

/** Whole batches of each size. */
const EXAMPLES = 6144;

/** See the module. */
export const mlp: Workload = {
  name: "mlp",
  async run(options, field) {
    const results: RaceResult[] = [];
    const { arrays } = await writeTrainingFile({ ...options, data: null }, EXAMPLES);
    for (const batch of [32, 128, 512]) {
      options.say(`mlp step, batch ${batch}`);
      results.push(
        await race(field, `batch ${batch}`, { kind: "mlpStep", batch, arrays }, {
          rounds: options.quick ? 5 : 15,
          roundMs: options.quick ? 60 : 150,
          warmupMs: options.quick ? 400 : 1000,
        }),
      );
    }
    const who = entrants(options);
    return {
      tables: [
        ratioTable("MLP training step: how many times as fast as the peer", who, results),
        timesTable("MLP training step: ms", who, results),
      ],
      targets: results.flatMap((result) => [
        ...ratioTarget(result, ["tensaur wasm 1t", "tfjs wasm"], 8),
        ...ratioTarget(result, ["tensaur wasm 1t", "jax-js wasm 1t"], 2.5),
        ...ratioTarget(result, ["tensaur wasm 2t", "jax-js wasm 2t"], 2.5),
        ...(result === results[0]
          ? [
            ...ratioTarget(result, ["tensaur wasm 1t", "torch 1t"], 1),
            ...ratioTarget(result, ["tensaur wasm 2t", "torch 2t"], 1),
          ]
          : []),
      ]),
      data: results,
    };
  },
};
