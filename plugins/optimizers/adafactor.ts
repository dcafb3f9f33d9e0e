/**
 * Adafactor.
 *
 * @module
 */

import { update } from "../../core/dispatch.ts";
import {
  add,
  divide,
  expandDims,
  maximum,
  mean,
  multiply,
  sqrt,
  square,
  subtract,
} from "../../core/ops/mod.ts";
import {
  Optimizer,
  type OptimizerOptions,
  type Slots,
  splitArguments,
} from "../../core/optimizer.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";
import { defineUpdate } from "../../core/update_rules.ts";
import type { Parameter } from "../../core/variable.ts";

/** Options of {@linkcode Adafactor}. */
export interface AdafactorOptions extends OptimizerOptions {
  /** `1 − t^beta2Decay` of the mean squares stays at step t. Not above 0. @default -0.8 */
  beta2Decay?: number;
  /** Added to squared gradients. @default 1e-30 */
  epsilon1?: number;
  /** The least that a parameter's size counts for. @default 0.001 */
  epsilon2?: number;
  /** The most that the root mean square of a step may be, before the rate. @default 1 */
  clipThreshold?: number;
  /** Kept for configs from Keras: with it or without, the rate is at most 1/√t. @default true */
  relativeStep?: boolean;
}

interface AdafactorAttributes {
  learningRate: number;
  beta2: number;
  epsilon1: number;
  epsilon2: number;
  clipThreshold: number;
}

function rootMeanSquare(x: Tensor): Tensor {
  return sqrt(mean(square(x)));
}

/** beta2·average + (1 − beta2)·value. */
function averaged(average: Tensor, value: Tensor, beta2: number): Tensor {
  return add(multiply(average, beta2), multiply(value, 1 - beta2));
}

function stepped(p: Tensor, g: Tensor, v: Tensor, attributes: AdafactorAttributes): Tensor {
  const { learningRate, epsilon2, clipThreshold } = attributes;
  const step = divide(g, sqrt(v));
  const clipped = divide(step, maximum(divide(rootMeanSquare(step), clipThreshold), 1));
  const rate = multiply(maximum(rootMeanSquare(p), epsilon2), learningRate);
  return subtract(p, multiply(clipped, rate));
}

/** `[p, v, g]`. */
const adafactorUpdate = defineUpdate<AdafactorAttributes>(
  "adafactorUpdate",
  ([p, v, g], attributes) => {
    const vNext = averaged(v, add(square(g), attributes.epsilon1), attributes.beta2);
    return [stepped(p, g, vNext, attributes), vNext];
  },
);

/** `[p, row means, column means, g]`. */
const adafactorFactoredUpdate = defineUpdate<AdafactorAttributes>(
  "adafactorFactoredUpdate",
  ([p, rows, columns, g], attributes) => {
    const squares = add(square(g), attributes.epsilon1);
    const rowsNext = averaged(rows, mean(squares, { axis: -1 }), attributes.beta2);
    const columnsNext = averaged(columns, mean(squares, { axis: -2 }), attributes.beta2);
    const share = divide(rowsNext, mean(rowsNext, { axis: -1, keepdims: true }));
    const v = multiply(expandDims(share, -1), expandDims(columnsNext, -2));
    return [stepped(p, g, v, attributes), rowsNext, columnsNext];
  },
);

/**
 * Adafactor: Adam's divisor from row and column means alone, so that the state of a matrix `[n, m]` is `n + m` numbers.
 *
 * `r ← β·r + (1 − β)·rows(g²)`, `c ← β·c + (1 − β)·columns(g²)`, `v = r·c / mean(r)`, `u = g / √v`,
 * `p ← p − max(epsilon2, rms(p)) · min(learningRate, 1/√t) · u / max(1, rms(u) / clipThreshold)`, with
 * `β = 1 − t^beta2Decay`. The axes before the last two count as a batch of matrices; a vector keeps all of v.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { optimizers, Parameter, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = new Parameter([[2, 2]]);
 * new optimizers.Adafactor({ learningRate: 0.1 }).applyGradients([[tensor([[4, -4]]), w]]);
 * assertAlmostEquals(w.get(0, 0).item(), 1.8, 1e-6); // a tenth of its size
 * ```
 *
 * Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018.
 */
export class Adafactor extends Optimizer {
  readonly beta2Decay: number;
  readonly epsilon1: number;
  readonly epsilon2: number;
  readonly clipThreshold: number;
  readonly relativeStep: boolean;

  constructor(
    parametersOrOptions?: Iterable<Parameter> | AdafactorOptions | null,
    optionsAfterParameters?: AdafactorOptions,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    super(parameters, options, 0.001);
    const { beta2Decay = -0.8, epsilon1 = 1e-30, epsilon2 = 0.001 } = options;
    const { clipThreshold = 1, relativeStep = true } = options;
    this.beta2Decay = this.number("beta2Decay", beta2Decay, "finite and not above 0");
    this.epsilon1 = this.number("epsilon1", epsilon1, "finite and from 0 on");
    this.epsilon2 = this.number("epsilon2", epsilon2, "finite and from 0 on");
    this.clipThreshold = this.number("clipThreshold", clipThreshold, "finite and above 0");
    this.relativeStep = this.switch("relativeStep", relativeStep);
  }

  protected override makeSlots(parameter: Parameter): Slots {
    const { shape } = parameter;
    if (shape.length < 2) return { velocity: this.makeSlot(parameter, "velocity") };
    const [rows, columns] = [shape.slice(0, -1), [...shape.slice(0, -2), ...shape.slice(-1)]];
    return {
      rows: this.makeSlot(parameter, "rows", { shape: rows }),
      columns: this.makeSlot(parameter, "columns", { shape: columns }),
    };
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    { velocity, rows, columns }: Slots,
    learningRate: number,
    iteration: number,
  ): void {
    const { epsilon1, epsilon2, clipThreshold } = this;
    const attributes = {
      learningRate: Math.min(learningRate, 1 / Math.sqrt(iteration)),
      beta2: 1 - iteration ** this.beta2Decay,
      epsilon1,
      epsilon2,
      clipThreshold,
    };
    if (parameter.ndim < 2) update(adafactorUpdate, [parameter, velocity], [gradient], attributes);
    else update(adafactorFactoredUpdate, [parameter, rows, columns], [gradient], attributes);
  }

  override getConfig(): Config {
    const { beta2Decay, epsilon1, epsilon2, clipThreshold, relativeStep } = this;
    const own = { beta2Decay, epsilon1, epsilon2, clipThreshold, relativeStep };
    return { ...super.getConfig(), ...own };
  }
}
