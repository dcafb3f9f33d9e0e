/**
 * Activations: functions of one tensor, for `Dense({ activation: "relu" })` and by hand.
 *
 * @example
 * ```ts
 * import { activations, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([-2, 1, 8]);
 * assertEquals(activations.relu(x).toArray(), [0, 1, 8]);
 * assertEquals(activations.relu(x, { negativeSlope: 0.5, maxValue: 6 }).toArray(), [-1, 1, 6]);
 * ```
 *
 * @module
 */

export {
  celu,
  elu,
  exponential,
  gelu,
  hardShrink,
  hardSilu,
  hardSilu as hardSwish,
  leakyRelu,
  linear,
  mish,
  relu,
  relu6,
  selu,
  silu,
  silu as swish,
  softplus,
  softShrink,
  sparsePlus,
  squareplus,
  tanhShrink,
  threshold,
} from "./rectifiers.ts";
export {
  glu,
  hardSigmoid,
  hardTanh,
  logSigmoid,
  logSoftmax,
  sigmoid,
  softmax,
  softsign,
  sparsemax,
  sparseSigmoid,
  tanh,
} from "./squashers.ts";
