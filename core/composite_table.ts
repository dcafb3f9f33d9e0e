/**
 * The framework's own composites by name, so that a saved graph finds them again.
 *
 * @module
 */

import type { Composite } from "./dispatch.ts";
import { symbolicInput } from "./input_signature.ts";
import * as ops from "./ops/mod.ts";
import type { Tensor } from "./tensor.ts";
import { traceOrder } from "./trace.ts";

/** Calls that show every composite that an operation of the framework makes between layers. */
const CALLS: readonly ((x: Tensor, images: Tensor) => Tensor)[] = [
  (x) => ops.clip(x, { xMin: 0, xMax: 1 }),
  (x) => ops.relu(x),
  (x) => ops.logsumexp(x),
  (x) => ops.softmax(x),
  (x) => ops.logSoftmax(x),
  (x) => ops.softplus(x),
  (x) => ops.softsign(x),
  (x) => ops.leakyRelu(x),
  (x) => ops.elu(x),
  (x) => ops.celu(x),
  (x) => ops.selu(x),
  (x) => ops.gelu(x),
  (x) => ops.silu(x),
  (x) => ops.mish(x),
  (x) => ops.hardSigmoid(x),
  (x) => ops.hardSilu(x),
  (x) => ops.linear(x, ops.zeros([4, 4])),
  (x) => ops.softmaxCrossEntropy(x, ops.argmax(x, { axis: -1 })),
  (x) => ops.batchNormalization(x, ops.zeros([4]), ops.ones([4])),
  (x) => ops.batchNormalizationTraining(x)[0],
  (x) => ops.layerNormalization(x),
  (x) => ops.rmsNormalization(x),
  (x) => ops.groupNormalization(x, { groups: 2 }),
  (_, images) => ops.conv(images, ops.zeros([2, 2, 4, 4])),
  (_, images) => ops.maxPool(images, { poolSize: 2 }),
  (_, images) => ops.averagePool(images, { poolSize: 2 }),
  (_, images) => ops.image.resize(images, { size: [2, 2] }),
  (_, images) => ops.image.upsample(images, { factors: 2 }),
];

let table: ReadonlyMap<string, Composite> | null = null;

/** The composite of that name; `undefined` for one that a package brings. */
export function compositeNamed(name: string): Composite | undefined {
  return (table ??= tabulate()).get(name);
}

function tabulate(): ReadonlyMap<string, Composite> {
  const [x, images] = [[null, 4], [null, 4, 4, 4]].map((dims) => symbolicInput(dims, "float32"));
  const nodes = CALLS.flatMap((call) => traceOrder([call(x, images)]));
  return new Map(
    nodes.flatMap(({ composite }) => composite === null ? [] : [[composite.name, composite]]),
  );
}
