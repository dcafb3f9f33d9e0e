/**
 * Layers: what models are made of.
 *
 * @module
 */

export { Activation, type ActivationOptions, Sigmoid, Tanh } from "./activation.ts";
export { Dense, Dense as Linear, type DenseOptions } from "./dense.ts";
export { Dropout, type DropoutOptions } from "./dropout.ts";
export { Flatten, type FlattenOptions } from "./flatten.ts";
export { Identity, InputLayer, type InputLayerOptions } from "./input.ts";
export {
  ELU,
  type ELUOptions,
  LeakyReLU,
  type LeakyReLUOptions,
  PReLU,
  type PReLUOptions,
  ReLU,
  type ReLUOptions,
} from "./rectifiers.ts";
export { Reshape, type ReshapeOptions } from "./reshape.ts";
export { Softmax, type SoftmaxOptions } from "./softmax.ts";
