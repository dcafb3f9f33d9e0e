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
  timesTable,
  type Workload,
} from "../harness.ts";
import { writeTrainingFile } from "../mlp_data.ts";

/** See the module. */
export const mlp: Workload = {
  name: "mlp",
  async run(options, field) {
    const results: RaceResult[] = [];
    for (const batch of [32, 128, 512]) {
      options.say(`mlp step, batch ${batch}`);
      const { arrays } = await writeTrainingFile({ ...options, data: null }, batch);
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
      data: results,
    };
  },
};
