/** The built-in activations, for the manifest. */

import type { ActivationFunction } from "../../core/initializer.ts";
import type { PluginEntry } from "../../core/plugin.ts";
import * as functions from "./mod.ts";

/** Names are written out: a minifier changes those of the functions. */
function entry(
  name: string,
  value: ActivationFunction,
  description: string,
  ...aliases: string[]
): PluginEntry {
  return { kind: "activation", name, aliases, value, description };
}

export const activations: readonly PluginEntry[] = [
  entry("celu", functions.celu, "x above 0, alpha·(e^(x/alpha) − 1) below"),
  entry("elu", functions.elu, "x above 0, alpha·(e^x − 1) below"),
  entry("exponential", functions.exponential, "e^x"),
  entry("gelu", functions.gelu, "x · Φ(x)"),
  entry("glu", functions.glu, "Half of an axis times the sigmoid of the other half"),
  entry("hardShrink", functions.hardShrink, "x where |x| exceeds a threshold"),
  entry("hardSigmoid", functions.hardSigmoid, "min(max(x/6 + 1/2, 0), 1)"),
  entry("hardSilu", functions.hardSilu, "x · hardSigmoid(x)", "hardSwish"),
  entry("hardTanh", functions.hardTanh, "x limited to [−1, 1]"),
  entry("leakyRelu", functions.leakyRelu, "x above 0, a part of it below"),
  entry("linear", functions.linear, "x itself"),
  entry("logSigmoid", functions.logSigmoid, "log(sigmoid(x))"),
  entry("logSoftmax", functions.logSoftmax, "log(softmax(x))"),
  entry("mish", functions.mish, "x · tanh(softplus(x))"),
  entry("relu", functions.relu, "max(x, 0)"),
  entry("relu6", functions.relu6, "min(max(x, 0), 6)"),
  entry("selu", functions.selu, "The scaled ELU"),
  entry("sigmoid", functions.sigmoid, "1 / (1 + e^−x)"),
  entry("silu", functions.silu, "x · sigmoid(x)", "swish"),
  entry("softmax", functions.softmax, "e^x / Σ e^x"),
  entry("softplus", functions.softplus, "log(1 + e^x)"),
  entry("softShrink", functions.softShrink, "x moved towards 0 by a threshold"),
  entry("softsign", functions.softsign, "x / (1 + |x|)"),
  entry("sparsemax", functions.sparsemax, "The nearest point of the probability simplex"),
  entry("sparsePlus", functions.sparsePlus, "0 below −1, x above 1, a parabola between"),
  entry("sparseSigmoid", functions.sparseSigmoid, "(x + 1)/2 limited to [0, 1]"),
  entry("squareplus", functions.squareplus, "(x + √(x² + b)) / 2"),
  entry("tanh", functions.tanh, "The hyperbolic tangent"),
  entry("tanhShrink", functions.tanhShrink, "x − tanh(x)"),
  entry("threshold", functions.threshold, "x where it exceeds a threshold"),
];
