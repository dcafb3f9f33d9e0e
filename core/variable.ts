/**
 * Tensors that may be assigned to: the state of layers, optimizers and metrics.
 *
 * @module
 */

import { type DType, isFloating } from "./dtype.ts";
import { errors } from "./errors.ts";
import { convertToTensor, tensor, type TensorLike } from "./ops/mod.ts";
import { tidy } from "./scope.ts";
import { sameShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** Options of a {@linkcode Variable}. */
export interface VariableOptions {
  /** What summaries and state dictionaries call it. @default "variable" */
  name?: string;
  /** The element type. @default that of the values */
  dtype?: DType;
}

/** A tensor whose values may be replaced; scopes leave it alone. */
export class Variable extends Tensor {
  /** What summaries and state dictionaries call it. */
  name: string;

  /** Takes the first values, which are copied. */
  constructor(values: TensorLike, options: VariableOptions = {}) {
    const initial = tensor(values, { dtype: options.dtype });
    super(initial.dims, initial.dtype, initial.storage.retain());
    initial.dispose();
    this.name = options.name ?? "variable";
    this.keep();
  }

  /** Always. */
  override get isVariable(): boolean {
    return true;
  }

  /**
   * Replaces the values; shape and dtype stay.
   *
   * @throws {RangeError} When the shape differs.
   */
  assign(values: TensorLike): this {
    tidy(() => {
      const next = convertToTensor(values, { dtype: this.dtype });
      if (!sameShape(next.dims, this.dims)) {
        throw errors.shapes(
          `assign to "${this.name}"`,
          "the values must have its shape",
          next.dims,
          this.dims,
        );
      }
      this.replaceStorage(next.to(this.backend));
    });
    return this;
  }

  /** Adds to the values. */
  assignAdd(values: TensorLike): this {
    tidy(() => this.assign(this.detach().add(values)));
    return this;
  }
}

/** Options of a {@linkcode Parameter}. */
export interface ParameterOptions extends VariableOptions {
  /** Whether an optimizer updates it. @default true */
  trainable?: boolean;
}

/** Something that keeps a parameter in bounds after each update. */
export interface ParameterConstraint {
  /** The nearest allowed values. */
  call(values: Tensor): Tensor;
}

/** Something that makes large values of a parameter cost. */
export interface ParameterRegularizer {
  /** The cost, a scalar. */
  call(values: Tensor): Tensor;
}

/**
 * A variable that training learns.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const w = new Parameter([1, 2]);
 * w.mul(3).sum().backward();
 * assertEquals(w.grad!.toArray(), [3, 3]);
 * w.assign([4, 5]);
 * assertEquals(w.toArray(), [4, 5]);
 * ```
 */
export class Parameter extends Variable {
  /** Applied by the optimizer after each update. */
  constraint: ParameterConstraint | null = null;
  /** Added to the loss by the trainer. */
  regularizer: ParameterRegularizer | null = null;
  /** Whether it was made to be trained: thawing a layer leaves what was not as it is. */
  readonly madeTrainable: boolean;

  /** Takes the first values, which are copied. */
  constructor(values: TensorLike, options: ParameterOptions = {}) {
    super(values, { name: "parameter", ...options });
    this.madeTrainable = options.trainable ?? true;
    this.trainable = this.madeTrainable;
  }

  /** Whether gradients reach it and optimizers update it. */
  get trainable(): boolean {
    return this.requiresGrad;
  }
  /** Freezes or thaws it. */
  set trainable(trainable: boolean) {
    if (trainable && !isFloating(this.dtype)) {
      throw errors.dtype("train a parameter", "float32 or float64", this.dtype);
    }
    this.requiresGrad = trainable;
  }
}
