/**
 * Trains a network on handwritten digits.
 *
 *     deno run examples/mnist.ts                                        # digits drawn by code; no permission
 *     deno run --allow-read=DIR examples/mnist.ts --data DIR            # MNIST's four files, in DIR
 *     deno run --allow-net=storage.googleapis.com examples/mnist.ts     # MNIST, downloaded
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { data, layers, losses, sequential, setBackend, setSeed } from "@tensaur/tensaur";

const HELP = `Usage: deno run examples/mnist.ts [options]

  --data DIR       read MNIST's four IDX files from DIR       (needs --allow-read=DIR)
  --epochs N       how often to go through the data           (default 5)
  --batch-size N   examples in a batch                        (default 32)
  --seed N         repeats a run                              (default 1)
  --backend NAME   "wasm" or "reference"                      (default "wasm")
  --save PATH      write the trained model                    (needs --allow-read and --allow-write of its folder)
  --help           this text`;

const args = parseArgs(Deno.args, {
  string: ["data", "epochs", "batch-size", "seed", "backend", "save"],
  boolean: ["help"],
  default: { epochs: "5", "batch-size": "32", seed: "1" },
  unknown: (name: string) => {
    console.error(`Unknown argument ${name}\n\n${HELP}`);
    Deno.exit(2);
  },
});
if (args.help) {
  console.log(HELP);
  Deno.exit(0);
}

if (args.backend) await setBackend(args.backend);
setSeed(Number(args.seed));

const { train, test, source } = await data.mnist({ dir: args.data });
console.log(`Training on ${source}`);

const model = sequential([
  new layers.Dense({ units: 128, activation: "relu", inputShape: [784] }),
  new layers.Dense({ units: 64, activation: "relu" }),
  new layers.Dense({ units: 10 }),
]);
model.compile({
  optimizer: "adam",
  loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: ["accuracy"],
});
model.summary();

await model.fit(train, {
  epochs: Number(args.epochs),
  batchSize: Number(args["batch-size"]),
  validationData: test,
});
const { loss, accuracy } = await model.evaluate(test);
console.log(`Test loss ${loss.toFixed(4)}, test accuracy ${accuracy.toFixed(4)}`);

if (args.save) {
  await model.save(args.save);
  console.log(`Saved to ${args.save}`);
}
