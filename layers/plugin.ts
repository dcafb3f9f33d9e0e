/** The built-in layers, for the manifest. */

import type { PluginEntry } from "../core/plugin.ts";
import { spatialLayers } from "./_spatial_plugin.ts";
import { Activation, GELU, Sigmoid, SiLU, Tanh } from "./activation.ts";
import { BatchNormalization } from "./batch_normalization.ts";
import { Concatenate } from "./concatenate.ts";
import { Dense } from "./dense.ts";
import { Dot } from "./dot.ts";
import { AlphaDropout, Dropout } from "./dropout.ts";
import { Embedding } from "./embedding.ts";
import { Flatten } from "./flatten.ts";
import { GroupNormalization } from "./group_normalization.ts";
import { Identity, InputLayer } from "./input.ts";
import { LayerNormalization, RMSNormalization, UnitNormalization } from "./layer_normalization.ts";
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merging.ts";
import { GaussianDropout, GaussianNoise } from "./noise.ts";
import { Normalization } from "./normalization.ts";
import { Permute, RepeatVector } from "./permute.ts";
import { ELU, LeakyReLU, PReLU, ReLU } from "./rectifiers.ts";
import { Rescaling } from "./rescaling.ts";
import { Reshape } from "./reshape.ts";
import { Softmax } from "./softmax.ts";
import { SpatialDropout1D, SpatialDropout2D, SpatialDropout3D } from "./spatial_dropout.ts";

export const layers: readonly PluginEntry[] = [
  {
    kind: "layer",
    name: "InputLayer",
    aliases: ["Input"],
    value: InputLayer,
    description: "Says what a model takes, and checks it",
    sample: { config: { shape: [4] }, wrongShape: [2, 5] },
  },
  {
    kind: "layer",
    name: "Dense",
    aliases: ["Linear"],
    value: Dense,
    description: "Weighted sums of all inputs",
    sample: { config: { units: 3, activation: "tanh" }, wrongShape: [2, 5] },
  },
  {
    kind: "layer",
    name: "Activation",
    value: Activation,
    description: "Passes the input through an activation",
    sample: { config: { activation: "tanh" } },
  },
  { kind: "layer", name: "ReLU", value: ReLU, description: "max(x, 0)" },
  {
    kind: "layer",
    name: "LeakyReLU",
    value: LeakyReLU,
    description: "x above 0, a part of it below",
  },
  {
    kind: "layer",
    name: "PReLU",
    value: PReLU,
    description: "x above 0, a learnt part of it below",
    sample: { wrongShape: [2, 5] },
  },
  { kind: "layer", name: "ELU", value: ELU, description: "x above 0, alpha·(e^x − 1) below" },
  { kind: "layer", name: "Sigmoid", value: Sigmoid, description: "1 / (1 + e^−x)" },
  { kind: "layer", name: "Tanh", value: Tanh, description: "The hyperbolic tangent" },
  {
    kind: "layer",
    name: "Softmax",
    value: Softmax,
    description: "Positive numbers whose sum is 1",
  },
  {
    kind: "layer",
    name: "Dropout",
    value: Dropout,
    description: "Sets random elements to 0 in training",
    sample: { config: { rate: 0.5 } },
  },
  {
    kind: "layer",
    name: "Flatten",
    value: Flatten,
    description: "All axes of an example as one",
    sample: { inputShape: [null, 3, 2] },
  },
  {
    kind: "layer",
    name: "Reshape",
    value: Reshape,
    description: "The elements of an example in another shape",
    sample: { config: { targetShape: [2, -1] }, wrongShape: [2, 5] },
  },
  {
    kind: "layer",
    name: "Identity",
    value: Identity,
    description: "The input as it is",
  },
  {
    kind: "layer",
    name: "GELU",
    value: GELU,
    description: "x · Φ(x)",
  },
  {
    kind: "layer",
    name: "SiLU",
    aliases: ["Swish"],
    value: SiLU,
    description: "x · sigmoid(x)",
  },
  {
    kind: "layer",
    name: "BatchNormalization",
    value: BatchNormalization,
    description: "Each channel with mean 0 and variance 1 over the batch",
    sample: { config: { momentum: 0.8 }, inputShape: [null, 2, 3], wrongShape: [2, 2, 5] },
  },
  {
    kind: "layer",
    name: "LayerNormalization",
    value: LayerNormalization,
    description: "Each example with mean 0 and variance 1",
    sample: { config: { axis: [1, 2] }, inputShape: [null, 2, 3], wrongShape: [2, 2, 5] },
  },
  {
    kind: "layer",
    name: "GroupNormalization",
    value: GroupNormalization,
    description: "Groups of channels of each example with mean 0 and variance 1",
    sample: { config: { groups: 2 }, inputShape: [null, 2, 4], wrongShape: [2, 2, 6] },
  },
  {
    kind: "layer",
    name: "RMSNormalization",
    value: RMSNormalization,
    description: "Each example with mean square 1",
    sample: { wrongShape: [2, 5] },
  },
  {
    kind: "layer",
    name: "UnitNormalization",
    value: UnitNormalization,
    description: "Vectors of length 1",
  },
  {
    kind: "layer",
    name: "Embedding",
    value: Embedding,
    description: "A vector, which is learnt, for each whole number",
    sample: {
      config: { inputDim: 5, outputDim: 3 },
      inputShape: [null, 2],
      inputDType: "int32",
      inputRange: [0, 5],
    },
  },
  {
    kind: "layer",
    name: "Add",
    value: Add,
    description: "The sum of all inputs",
    sample: { inputShape: [[null, 3, 2], [null, 2], [null, 3, 1]] },
  },
  {
    kind: "layer",
    name: "Subtract",
    value: Subtract,
    description: "The first input minus the second",
    sample: { inputShape: [[null, 3, 2], [null, 3, 2]] },
  },
  {
    kind: "layer",
    name: "Multiply",
    value: Multiply,
    description: "The product of all inputs",
    sample: { inputShape: [[null, 3, 2], [null, 2], [null, 3, 1]] },
  },
  {
    kind: "layer",
    name: "Average",
    value: Average,
    description: "The mean of all inputs",
    sample: { inputShape: [[null, 3, 2], [null, 3, 2]] },
  },
  {
    kind: "layer",
    name: "Maximum",
    value: Maximum,
    description: "The greatest of all inputs",
    sample: { inputShape: [[null, 3, 2], [null, 3, 2]] },
  },
  {
    kind: "layer",
    name: "Minimum",
    value: Minimum,
    description: "The least of all inputs",
    sample: { inputShape: [[null, 3, 2], [null, 3, 2]] },
  },
  {
    kind: "layer",
    name: "Concatenate",
    value: Concatenate,
    description: "All inputs, one after the other",
    sample: { inputShape: [[null, 3, 2], [null, 3, 4]] },
  },
  {
    kind: "layer",
    name: "Dot",
    value: Dot,
    description: "Sums of products of two inputs",
    sample: { config: { axes: [2, 1], normalize: true }, inputShape: [[null, 2, 3], [null, 3, 2]] },
  },
  {
    kind: "layer",
    name: "Permute",
    value: Permute,
    description: "The axes of an example in another order",
    sample: { config: { dims: [2, 1] }, inputShape: [null, 2, 3], wrongShape: [2, 3] },
  },
  {
    kind: "layer",
    name: "RepeatVector",
    value: RepeatVector,
    description: "Each example's vector several times",
    sample: { config: { n: 3 }, wrongShape: [2, 3, 1] },
  },
  {
    kind: "layer",
    name: "Rescaling",
    value: Rescaling,
    description: "x · scale + offset",
    sample: { config: { scale: 0.5, offset: -1 } },
  },
  {
    kind: "layer",
    name: "Normalization",
    value: Normalization,
    description: "Features with mean 0 and variance 1 over a dataset",
    sample: { config: { mean: [1, 2, 3, 4], variance: 2 }, wrongShape: [2, 5] },
  },
  {
    kind: "layer",
    name: "GaussianNoise",
    value: GaussianNoise,
    description: "Adds normal noise in training",
    sample: { config: { stddev: 0.5 } },
  },
  {
    kind: "layer",
    name: "GaussianDropout",
    value: GaussianDropout,
    description: "Multiplies by normal noise in training",
    sample: { config: { rate: 0.5 } },
  },
  {
    kind: "layer",
    name: "AlphaDropout",
    value: AlphaDropout,
    description: "Dropout that keeps mean 0 and variance 1",
    sample: { config: { rate: 0.5 } },
  },
  {
    kind: "layer",
    name: "SpatialDropout1D",
    value: SpatialDropout1D,
    description: "Sets random channels of sequences to 0 in training",
    sample: { config: { rate: 0.5 }, inputShape: [null, 2, 3], wrongShape: [2, 3] },
  },
  {
    kind: "layer",
    name: "SpatialDropout2D",
    value: SpatialDropout2D,
    description: "Sets random channels of images to 0 in training",
    sample: { config: { rate: 0.5 }, inputShape: [null, 2, 2, 3], wrongShape: [2, 3] },
  },
  {
    kind: "layer",
    name: "SpatialDropout3D",
    value: SpatialDropout3D,
    description: "Sets random channels of volumes to 0 in training",
    sample: { config: { rate: 0.5 }, inputShape: [null, 2, 2, 2, 3], wrongShape: [2, 3] },
  },
  ...spatialLayers,
];
