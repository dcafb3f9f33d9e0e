/**
 * An epoch end to end, by `fit` or the loop that is usual with the peer: shuffling, batches, steps, the loss.
 *
 * @module
 */

import { writeExamples } from "../examples.ts";
import { entrants } from "../field.ts";
import { race } from "../race.ts";
import { ratioTable, timesTable, type Workload } from "../report.ts";

const BATCH = 32;
const FAMILIES = ["tensaur", "tfjs wasm", "torch", "torch fused"];

/** See the module. */
export const epoch: Workload = {
  name: "epoch",
  families: FAMILIES,
  async run(options, field) {
    const { source, arrays } = await writeExamples(options, "mlp", options.quick ? 3200 : null);
    const examples = arrays.shapes.x[0];
    options.say(`epoch, ${examples} examples of ${source}`);
    const result = await race(
      field,
      `${examples} examples`,
      { kind: "epoch", batch: BATCH, arrays },
      {
        rounds: 3,
        roundMs: 1,
        warmupMs: 1,
        families: FAMILIES,
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
