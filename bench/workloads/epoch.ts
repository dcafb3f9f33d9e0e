/**
 * An epoch end to end, by `fit` or the loop that is usual with the peer: shuffling, batches, steps, the loss.
 *
 * @module
 */

import { entrants, race, ratioTable, timesTable, type Workload } from "../harness.ts";
import { writeTrainingFile } from "../mlp_data.ts";

const BATCH = 32;

/** See the module. */
export const epoch: Workload = {
  name: "epoch",
  async run(options, field) {
    const count = options.quick ? 3200 : options.data === null ? 12800 : null;
    const { source, arrays } = await writeTrainingFile(options, count);
    const examples = arrays.shapes.x[0];
    options.say(`epoch, ${examples} examples of ${source}`);
    const result = await race(
      field,
      `${examples} examples`,
      { kind: "mlpEpoch", batch: BATCH, arrays },
      {
        rounds: options.quick ? 3 : 5,
        roundMs: 1,
        warmupMs: 1,
        families: ["tensaur", "tfjs wasm", "torch", "torch fused"],
      },
    );
    const who = entrants(options);
    const title = `One epoch with fit, batch ${BATCH}, ${source}`;
    return {
      tables: [
        ratioTable(`${title}: how many times as fast as the peer`, who, [result]),
        timesTable(`${title}: ms`, who, [result]),
      ],
      targets: [],
      data: result,
    };
  },
};
