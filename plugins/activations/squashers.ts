/**
 * Activations that bring values into a range.
 *
 * @module
 */

import * as ops from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";

/** 1 / (1 + e^−x), in (0, 1). */
export function sigmoid(x: Tensor): Tensor {
  return ops.sigmoid(x);
}

/** log(1 / (1 + e^−x)), below 0. */
export function logSigmoid(x: Tensor): Tensor {
  return ops.logSigmoid(x);
}

/** min(max(x/6 + 1/2, 0), 1). */
export function hardSigmoid(x: Tensor): Tensor {
  return ops.hardSigmoid(x);
}

/** (x + 1)/2 limited to [0, 1]. */
export function sparseSigmoid(x: Tensor): Tensor {
  return ops.sparseSigmoid(x);
}

/** The hyperbolic tangent, in (−1, 1). */
export function tanh(x: Tensor): Tensor {
  return ops.tanh(x);
}

/** x limited to [−1, 1]. */
export function hardTanh(x: Tensor): Tensor {
  return ops.hardTanh(x);
}

/** x / (1 + |x|), in (−1, 1). */
export function softsign(x: Tensor): Tensor {
  return ops.softsign(x);
}

/**
 * e^x / Σ e^x: along an axis positive numbers whose sum is 1.
 *
 * @param options `axis`: @default -1
 */
export function softmax(x: Tensor, options: { axis?: number } = {}): Tensor {
  return ops.softmax(x, options);
}

/**
 * x − log Σ e^x: the logarithm of {@linkcode softmax}, without its loss of digits.
 *
 * @param options `axis`: @default -1
 */
export function logSoftmax(x: Tensor, options: { axis?: number } = {}): Tensor {
  return ops.logSoftmax(x, options);
}

/**
 * The nearest point of the probability simplex, where many entries are 0. Martins and Astudillo, 2016.
 *
 * @param options `axis`: @default -1
 */
export function sparsemax(x: Tensor, options: { axis?: number } = {}): Tensor {
  return ops.sparsemax(x, options);
}

/**
 * The first half of an axis times the sigmoid of the second; the axis becomes half as long. Dauphin et al., 2017.
 *
 * @param options `axis`: @default -1
 */
export function glu(x: Tensor, options: { axis?: number } = {}): Tensor {
  return ops.glu(x, options);
}
