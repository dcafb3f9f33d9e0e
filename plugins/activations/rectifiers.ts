/**
 * Activations that let large values through.
 *
 * @module
 */

import * as ops from "../../core/ops/mod.ts";
import type { ReluOptions } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";

/** x itself. */
export function linear(x: Tensor): Tensor {
  return x;
}

/** max(x, 0); see `ops.relu` for what the options change. */
export function relu(x: Tensor, options: ReluOptions = {}): Tensor {
  return ops.relu(x, options);
}

/** min(max(x, 0), 6). Howard et al., "MobileNets", 2017. */
export function relu6(x: Tensor): Tensor {
  return ops.relu6(x);
}

/**
 * x above 0, `negativeSlope`·x below.
 *
 * @param options `negativeSlope`: @default 0.2
 */
export function leakyRelu(x: Tensor, options: { negativeSlope?: number } = {}): Tensor {
  return ops.leakyRelu(x, options);
}

/**
 * x above 0, `alpha`·(e^x − 1) below. Clevert et al., "Exponential linear units", 2016.
 *
 * @param options `alpha`: @default 1
 */
export function elu(x: Tensor, options: { alpha?: number } = {}): Tensor {
  return ops.elu(x, options);
}

/**
 * x above 0, `alpha`·(e^(x/`alpha`) − 1) below. Barron, "Continuously differentiable ELU", 2017.
 *
 * @param options `alpha`: @default 1
 */
export function celu(x: Tensor, options: { alpha?: number } = {}): Tensor {
  return ops.celu(x, options);
}

/** The ELU scaled so that deep networks normalise themselves. Klambauer et al., 2017. */
export function selu(x: Tensor): Tensor {
  return ops.selu(x);
}

/**
 * x · Φ(x), Φ being the normal distribution. Hendrycks and Gimpel, "Gaussian error linear units", 2016.
 *
 * @param options `approximate`: whether tanh stands in for Φ. @default false
 */
export function gelu(x: Tensor, options: { approximate?: boolean } = {}): Tensor {
  return ops.gelu(x, { approximate: false, ...options });
}

/** x · sigmoid(x). Ramachandran et al., "Searching for activation functions", 2017. */
export function silu(x: Tensor): Tensor {
  return ops.silu(x);
}

/** x · min(max(x/6 + 1/2, 0), 1). Howard et al., "Searching for MobileNetV3", 2019. */
export function hardSilu(x: Tensor): Tensor {
  return ops.hardSilu(x);
}

/** x · tanh(log(1 + e^x)). Misra, "Mish", 2019. */
export function mish(x: Tensor): Tensor {
  return ops.mish(x);
}

/** log(1 + e^x). */
export function softplus(x: Tensor): Tensor {
  return ops.softplus(x);
}

/**
 * (x + √(x² + `b`)) / 2. Barron, "Squareplus", 2021.
 *
 * @param options `b`: @default 4
 */
export function squareplus(x: Tensor, options: { b?: number } = {}): Tensor {
  return ops.squareplus(x, options);
}

/** 0 below −1, x above 1, (x + 1)²/4 between. */
export function sparsePlus(x: Tensor): Tensor {
  return ops.sparsePlus(x);
}

/** e^x. */
export function exponential(x: Tensor): Tensor {
  return ops.exp(x);
}

/**
 * x where it exceeds a threshold, else a default value.
 *
 * @param options `threshold`: @default 0; `defaultValue`: @default 0
 */
export function threshold(
  x: Tensor,
  options: { threshold?: number; defaultValue?: number } = {},
): Tensor {
  return ops.threshold(x, options);
}

/**
 * x where |x| exceeds the threshold, else 0.
 *
 * @param options `threshold`: @default 0.5
 */
export function hardShrink(x: Tensor, options: { threshold?: number } = {}): Tensor {
  return ops.hardShrink(x, options);
}

/**
 * x moved towards 0 by the threshold, else 0.
 *
 * @param options `threshold`: @default 0.5
 */
export function softShrink(x: Tensor, options: { threshold?: number } = {}): Tensor {
  return ops.softShrink(x, options);
}

/** x − tanh(x). */
export function tanhShrink(x: Tensor): Tensor {
  return ops.tanhShrink(x);
}
