/**
 * Gradients judged by finite differences, in float64.
 *
 * @module
 */

import { gradientsWith } from "./autograd.ts";
import { tensorFrom, withRecording } from "./dispatch.ts";
import { rangeError, stateError } from "./errors.ts";
import { Module } from "./module.ts";
import { zerosLike } from "./ops/mod.ts";
import { permutation } from "./random.ts";
import { tidy } from "./scope.ts";
import { formatShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Options of {@linkcode gradCheck}. */
export interface GradCheckOptions {
  /** The relative error allowed. @default 1e-6 */
  rtol?: number;
  /** The absolute error allowed. @default 1e-8 */
  atol?: number;
  /** The distance of the differences, relative to max(1, |x|). @default 1e-3 */
  step?: number;
  /** The most elements of an input that are checked; more are sampled. @default 200 */
  most?: number;
  /** Whether a wrong gradient throws. @default true */
  throws?: boolean;
}

/** One element of a gradient beside its finite difference. */
export interface GradCheckElement {
  /** Which input, or the path of a parameter. */
  input: number | string;
  /** The element's index, one number an axis. */
  index: number[];
  /** The gradient that the rules gave. */
  analytic: number;
  /** The gradient that differences gave. */
  numeric: number;
  /** |analytic − numeric|. */
  error: number;
}

/** What {@linkcode gradCheck} found. */
export interface GradCheckReport {
  /** Whether every element is within what is allowed. */
  ok: boolean;
  /** How many elements were checked. */
  checked: number;
  /** The element that is worst in proportion to what is allowed. */
  worst: GradCheckElement | null;
}

interface Subject {
  name: number | string;
  leaf: Tensor;
  analytic: Tensor;
  /** The weighted sum of the result with the subject's values replaced. */
  evaluate(values: Float64Array): number;
}

/**
 * Compares the gradients of a function, or of a module by its parameters and input, with five-point differences.
 * A result that is no scalar is weighed with fixed pseudo-random numbers. A module with a `backward` of its own is
 * judged by that.
 *
 * @throws {RangeError} When a gradient is wrong; the worst element is named.
 *
 * @example
 * ```ts
 * import { gradCheck, ops, tensor } from "@tensaur/tensaur";
 *
 * gradCheck((x) => ops.tanh(x), [tensor([0.5, -1], { dtype: "float64" })]);
 * ```
 */
export function gradCheck(
  // deno-lint-ignore no-explicit-any -- any function of tensors, or any module
  subject: ((...inputs: any[]) => Tensor) | Module<any, any>,
  inputs: readonly Tensor[],
  options: GradCheckOptions = {},
): GradCheckReport {
  const { rtol = 1e-6, atol = 1e-8, step = 1e-3, most = 200, throws = true } = options;
  for (const [i, input] of inputs.entries()) {
    if (input.dtype !== "float64") {
      throw rangeError(
        "gradCheck.dtype",
        `Cannot check gradients by finite differences as input ${i} must be float64: current dtype is ${input.dtype}; cast it`,
      );
    }
  }
  return tidy(() => {
    const subjects = subject instanceof Module
      ? subjectsOfModule(subject, inputs[0])
      : subjectsOfFunction(subject, inputs);
    const report: GradCheckReport = { ok: true, checked: 0, worst: null };
    let worstRatio = -1;
    for (const { name, leaf, analytic, evaluate } of subjects) {
      const values = leaf.dataSync() as Float64Array;
      const found = analytic.dataSync();
      const order = permutation(values.length, 0, values.length).subarray(0, most);
      for (const i of order) {
        const numeric = difference(values, i, step, evaluate);
        const error = Math.abs(found[i] - numeric);
        const ratio = error / (atol + rtol * Math.abs(numeric));
        report.checked++;
        if (!(ratio <= worstRatio)) {
          worstRatio = Number.isNaN(ratio) ? Infinity : ratio;
          const index = indexOf(i, leaf.shape);
          report.worst = { input: name, index, analytic: found[i], numeric, error };
        }
      }
    }
    report.ok = worstRatio <= 1;
    if (!report.ok && throws) throw wrongGradient(report.worst!, rtol, atol);
    return report;
  });
}

/** The derivative by element i: (8(f₁ − f₋₁) − (f₂ − f₋₂)) / 12h. */
function difference(
  values: Float64Array,
  i: number,
  step: number,
  evaluate: (values: Float64Array) => number,
): number {
  const x = values[i];
  const h = step * Math.max(1, Math.abs(x));
  const at = (offset: number): number => {
    const moved = values.slice();
    moved[i] = x + offset * h;
    return evaluate(moved);
  };
  return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
}

/** Weights that tell the elements of a result apart. */
function weightsFor(result: Tensor): Tensor {
  const values = new Float64Array(result.size);
  for (let i = 0; i < values.length; i++) values[i] = 0.5 + ((i * 0.6180339887498949) % 1);
  return tensorFrom(values, result.shape, "float64", "gradCheck", result.backend);
}

function weighted(result: Tensor): number {
  return tidy(() => result.detach().mul(weightsFor(result)).sum().item());
}

function subjectsOfFunction(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
): Subject[] {
  const leaves = inputs.map((input) => input.detach().requiresGrad_());
  const result = withRecording(true, () => f(...leaves));
  const found = result.requiresGrad
    ? gradientsWith(result, leaves, { gradient: weightsFor(result) })
    : leaves.map(() => null);
  return leaves.map((leaf, i) => ({
    name: i,
    leaf,
    analytic: found[i] ?? zerosLike(leaf),
    evaluate: (values) =>
      tidy(() => {
        const moved = tensorFrom(values, leaf.shape, "float64", "gradCheck", leaf.backend);
        return weighted(f(...leaves.map((other, j) => j === i ? moved : other.detach())));
      }),
  }));
}

// deno-lint-ignore no-explicit-any -- any module of one input and one output
function subjectsOfModule(module: Module<any, any>, input: Tensor): Subject[] {
  const leaf = input.detach().requiresGrad_();
  const result: Tensor = withRecording(true, () => module.apply(leaf));
  const saved = module.parameters().map((parameter) => parameter.grad);
  for (const parameter of module.parameters()) parameter.grad = null;
  const toInput = module.backward(weightsFor(result));
  if (toInput === null) {
    throw stateError("gradCheck.module", "Cannot check a module that gives its input no gradient");
  }
  const evaluate = (x: Tensor): number => tidy(() => weighted(module.apply(x.detach())));
  const ofInput: Subject = {
    name: "input",
    leaf,
    analytic: toInput,
    evaluate: (values) =>
      tidy(() => evaluate(tensorFrom(values, leaf.shape, "float64", "gradCheck", leaf.backend))),
  };
  const ofParameters = module.namedParameters().filter(([, p]) => p.trainable).map(
    ([name, parameter]): Subject => {
      const original = parameter.detach();
      return {
        name,
        leaf: original,
        analytic: parameter.grad?.detach() ?? zerosLike(parameter),
        evaluate: (values) => {
          parameter.assign(tidy(() => tensorFrom(values, parameter.shape, "float64")));
          try {
            return evaluate(leaf);
          } finally {
            parameter.assign(original);
          }
        },
      };
    },
  );
  module.parameters().forEach((parameter, i) => {
    parameter.grad?.dispose();
    parameter.grad = saved[i];
  });
  return [ofInput, ...ofParameters];
}

function indexOf(position: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(position % shape[axis]);
    position = Math.floor(position / shape[axis]);
  }
  return index;
}

function wrongGradient(worst: GradCheckElement, rtol: number, atol: number): Error {
  const where = typeof worst.input === "number" ? `input ${worst.input}` : `"${worst.input}"`;
  return rangeError(
    "gradCheck.wrong",
    `The gradient of ${where} at ${
      formatShape(worst.index)
    } is ${worst.analytic}, but finite differences give ` +
      `${worst.numeric}: an error of ${
        worst.error.toExponential(2)
      }, allowed are atol ${atol} + rtol ${rtol}; correct the gradient rule`,
  );
}
