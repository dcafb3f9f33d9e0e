/**
 * Trains a convolutional network on images of 28 by 28 pixels, built with the functional API.
 *
 *     deno run examples/cnn_mnist.ts                                    # digits drawn by code; no permission
 *     deno run --allow-read=DIR examples/cnn_mnist.ts --data DIR        # MNIST's four files, in DIR
 *     deno run --allow-read=DIR examples/cnn_mnist.ts --data DIR --fashion   # Fashion-MNIST's
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import {
  callbacks,
  data,
  Input,
  layers,
  losses,
  Model,
  optimizers,
  setBackend,
  setSeed,
  type Tensor,
} from "@tensaur/tensaur";

const HELP = `Usage: deno run examples/cnn_mnist.ts [options]

  --data DIR       read the four IDX files from DIR           (needs --allow-read=DIR)
  --fashion        they are Fashion-MNIST's
  --epochs N       how often to go through the data           (default 4)
  --batch-size N   examples in a batch                        (default 64)
  --train-size N   train on the first N examples only
  --seed N         repeats a run                              (default 1)
  --backend NAME   "wasm", "native", "reference" or "auto"    (default "wasm")
  --save PATH      write the trained model: .tensaur or .onnx (needs --allow-read and --allow-write of its folder)
  --help           this text`;

const args = parseArgs(Deno.args, {
  string: ["data", "epochs", "batch-size", "train-size", "seed", "backend", "save"],
  boolean: ["help", "fashion"],
  default: { epochs: "4", "batch-size": "64", seed: "1" },
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

const load = args.fashion ? data.fashionMnist : data.mnist;
const { train, test, source } = await load({ dir: args.data, flatten: false });
const examples = args["train-size"] ? train.slice(0, Number(args["train-size"])) : train;
console.log(`Training on ${source}`);

/** Convolution, batch normalisation, relu: the normalisation makes a bias of the convolution needless. */
function block(x: Tensor, filters: number): Tensor {
  const sums = new layers.Conv2D({ filters, kernelSize: 3, padding: "same", useBias: false })
    .apply(x);
  return new layers.ReLU().apply(new layers.BatchNormalization({ momentum: 0.9 }).apply(sums));
}

const inputs = Input({ shape: [28, 28, 1], name: "image" });
let x = inputs;
for (const filters of [32, 64]) {
  x = new layers.MaxPooling2D({ poolSize: 2 }).apply(block(x, filters));
}
x = new layers.Dropout({ rate: 0.25 }).apply(new layers.Flatten().apply(x));
x = new layers.Dense({ units: 128, activation: "relu" }).apply(x);
x = new layers.Dropout({ rate: 0.5 }).apply(x);
const logits = new layers.Dense({ units: 10, name: "logits" }).apply(x);
const model = new Model({ inputs, outputs: logits, name: "cnn" });

model.compile({
  optimizer: new optimizers.Adam({ learningRate: 2e-3 }),
  loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: ["accuracy"],
});
model.summary();

const epochs = Number(args.epochs);
await model.fit(examples, {
  epochs,
  batchSize: Number(args["batch-size"]),
  validationData: test,
  // Large steps first, small ones at the end.
  callbacks: [
    new callbacks.LearningRateScheduler({ schedule: (epoch) => 2e-3 * (1 - epoch / epochs) }),
  ],
});
const { loss, accuracy } = await model.evaluate(test, { batchSize: 256 });
console.log(`Test loss ${loss.toFixed(4)}, test accuracy ${accuracy.toFixed(4)}`);

if (args.save) {
  await model.export(args.save);
  console.log(`Saved to ${args.save}`);
}
