/**
 * The base of initializers, regularizers and constraints: what is said of a weight when it is added.
 *
 * @module
 */

import type { DType } from "./dtype.ts";
import type { Config, Configurable } from "./serialization.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Makes the first values of a weight. */
export abstract class Initializer implements Configurable {
  /** Values of that shape and dtype. */
  abstract call(shape: Shape, options?: { dtype?: DType }): Tensor;

  /** The options that make an equal object. */
  getConfig(): Config {
    return {};
  }
}

/** Makes large weights cost. */
export abstract class Regularizer implements Configurable {
  /** The cost, a scalar. */
  abstract call(weights: Tensor): Tensor;

  /** The options that make an equal object. */
  abstract getConfig(): Config;
}

/** Keeps weights in bounds after each update. */
export abstract class Constraint implements Configurable {
  /** The nearest allowed weights. */
  abstract call(weights: Tensor): Tensor;

  /** The options that make an equal object. */
  getConfig(): Config {
    return {};
  }
}

/** A function of one tensor, element by element or along an axis, registered under a name. */
export type ActivationFunction = (x: Tensor) => Tensor;
