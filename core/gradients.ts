/**
 * Every derivative, in one table. A rule is written in operations, so that gradients have gradients.
 *
 * A rule receives what was recorded and the gradient `g` of the result, and gives one gradient for
 * each input, `null` where there is none. Gradients of broadcast inputs are summed to the input's
 * shape.
 *
 * @module
 */

import { convGradients, convInputGradient } from "./convolution_gradients.ts";
import { apply } from "./dispatch.ts";
import { isFloating } from "./dtype.ts";
import type { GradientContext } from "./graph.ts";
import {
  add,
  broadcastTo,
  cast,
  cos,
  cosh,
  divide,
  equal,
  exp,
  flip,
  floor,
  greater,
  less,
  log,
  matmul,
  multiply,
  negative,
  power,
  reshape,
  sign,
  sin,
  sinh,
  sqrt,
  square,
  subtract,
  sum,
  transpose,
  where,
  zerosLike,
} from "./ops/mod.ts";
import { sumToShape } from "./ops/movement.ts";
import { productOfOthers } from "./ops/reduction.ts";
import type { Primitive, PrimitiveAttributes } from "./primitives.ts";
import { type Dims, reducedShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** The gradient of a primitive's inputs from the gradient of its result. */
export type GradientRule<P extends Primitive> = (
  context: GradientContext<PrimitiveAttributes[P]>,
  g: Tensor,
) => readonly (Tensor | null)[];

// Combinators.

/** f(x) with derivative df, which may use the result y. */
function pointwise(derivative: (x: Tensor, y: Tensor) => Tensor) {
  return ({ inputs: [x], outputs: [y] }: GradientContext<unknown>, g: Tensor): Tensor[] => [
    multiply(g, derivative(x, y)),
  ];
}

/** A step function: its derivative is 0 wherever it has one. */
const flat = (_: GradientContext<unknown>, g: Tensor): Tensor[] => [zerosLike(g)];

/** A result that is no float: nothing flows. */
const none = ({ inputs }: GradientContext<unknown>): null[] => inputs.map(() => null);

/** f(a, b), broadcast, from its two partial gradients. */
function pairwise(
  toA: (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor,
  toB: (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor,
) {
  return (
    { inputs: [a, b], outputs: [y], needs }: GradientContext<unknown>,
    g: Tensor,
  ): (Tensor | null)[] => [
    needs[0] ? sumToShape(toA(g, a, b, y), a.dims) : null,
    needs[1] ? sumToShape(toB(g, a, b, y), b.dims) : null,
  ];
}

/** The greater or lesser of two: the gradient goes to the one that was chosen, by halves at a tie. */
function chosen(prefers: (a: Tensor, b: Tensor) => Tensor) {
  const share = (g: Tensor, own: Tensor, other: Tensor): Tensor => {
    const tie = equal(own, other);
    return where(tie, multiply(g, 0.5), where(prefers(own, other), g, 0));
  };
  return pairwise((g, a, b) => share(g, a, b), (g, a, b) => share(g, b, a));
}

/** A reduced tensor with its reduced axes back, broadcast to the input's shape. */
function spread(g: Tensor, dims: Dims, axes: readonly number[]): Tensor {
  return broadcastTo(reshape(g, reducedShape(dims, axes, true)), dims);
}

type ReductionContext = GradientContext<PrimitiveAttributes["sum"]>;

/** max or min: shared evenly among the elements that attain it. */
function extreme({ inputs: [x], outputs: [y], attributes: { axes } }: ReductionContext, g: Tensor) {
  const kept = reducedShape(x.dims, axes, true);
  const attained = cast(equal(x, reshape(y, kept)), x.dtype);
  const count = sum(attained, { axis: axes, keepdims: true });
  return [multiply(attained, divide(reshape(g, kept), count))];
}

/** The order that undoes a transpose. */
function inverseOrder(axes: readonly number[]): number[] {
  const inverse = new Array<number>(axes.length);
  axes.forEach((axis, i) => inverse[axis] = i);
  return inverse;
}

function matmulGradient(
  { inputs: [a, b], attributes, needs }: GradientContext<PrimitiveAttributes["matmul"]>,
  g: Tensor,
): (Tensor | null)[] {
  const { transposeA, transposeB } = attributes;
  // A matrix on the right serves every batch of the left: fold the batch into the rows.
  if (b.ndim === 2 && a.ndim > 2 && !transposeA) {
    const rows = reshape(a, [-1, a.shape[a.ndim - 1]]);
    const [da, db] = matmulGradient(
      { inputs: [rows, b], outputs: [], attributes, needs },
      reshape(g, [-1, g.shape[g.ndim - 1]]),
    );
    return [da && reshape(da, a.dims), db];
  }
  const toA = (): Tensor =>
    transposeA
      ? matmul(b, g, { transposeA: transposeB, transposeB: true })
      : matmul(g, b, { transposeB: !transposeB });
  const toB = (): Tensor =>
    transposeB
      ? matmul(g, a, { transposeA: true, transposeB: transposeA })
      : matmul(a, g, { transposeA: !transposeA });
  return [
    needs[0] ? sumToShape(toA(), a.dims) : null,
    needs[1] ? sumToShape(toB(), b.dims) : null,
  ];
}

/** The adjoint of a strided slice: the gradient spread out again, zeros between and around. */
function sliceGradient(
  { inputs: [x], outputs: [y], attributes }: GradientContext<PrimitiveAttributes["slice"]>,
  g: Tensor,
): Tensor[] {
  const { start, strides } = attributes;
  if (y.size === 0) return [zerosLike(x)];
  const high = x.shape.map((d, i) => d - start[i] - ((y.shape[i] - 1) * strides[i] + 1));
  const interior = strides.map((stride) => stride - 1);
  return [apply("pad", [g], { low: start, high, interior, value: 0 })];
}

function padGradient(
  { inputs: [x], attributes }: GradientContext<PrimitiveAttributes["pad"]>,
  g: Tensor,
): Tensor[] {
  const { low, interior } = attributes;
  if (x.size === 0) return [zerosLike(x)];
  const strides = interior.map((n) => n + 1);
  const limit = x.shape.map((d, i) => low[i] + (d - 1) * strides[i] + 1);
  return [apply("slice", [g], { start: low, limit, strides })];
}

function concatenateGradient(
  { inputs, attributes: { axis } }: GradientContext<PrimitiveAttributes["concatenate"]>,
  g: Tensor,
): Tensor[] {
  let offset = 0;
  return inputs.map((x) => {
    const start = g.shape.map((_, i) => i === axis ? offset : 0);
    offset += x.shape[axis];
    const limit = g.shape.map((d, i) => i === axis ? offset : d);
    return apply("slice", [g], { start, limit, strides: g.shape.map(() => 1) });
  });
}

function prodGradient(
  { inputs: [x], attributes: { axes } }: ReductionContext,
  g: Tensor,
): Tensor[] {
  if (x.size === 0) return [zerosLike(x)];
  const rest = x.dims.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...rest, ...axes];
  const arranged = transpose(x, order);
  const flattened = reshape(arranged, [...rest.map((i) => x.dims[i]), -1]);
  const others = productOfOthers(flattened, flattened.ndim - 1);
  const back = transpose(reshape(others, arranged.dims), inverseOrder(order));
  return [multiply(spread(g, x.dims, axes), back)];
}

/** a^b: the rule for the exponent holds for positive a, and gives 0 where a is 0. */
const powerGradient = pairwise(
  (g, a, b) => multiply(g, where(equal(b, 0), 0, multiply(b, power(a, subtract(b, 1))))),
  (g, a, _b, y) => multiply(g, where(equal(a, 0), 0, multiply(y, log(where(equal(a, 0), 1, a))))),
);

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

/** The gradient rule of every primitive. */
export const gradients: { readonly [P in Primitive]: GradientRule<P> } = {
  negative: (_, g) => [negative(g)],
  abs: pointwise((x) => sign(x)),
  sign: flat,
  floor: flat,
  ceil: flat,
  round: flat,
  trunc: flat,
  sqrt: (context, g) => [divide(g, multiply(context.outputs[0], 2))],
  rsqrt: pointwise((x, y) => multiply(divide(y, x), -0.5)),
  exp: pointwise((_, y) => y),
  exp2: pointwise((_, y) => multiply(y, Math.LN2)),
  expm1: pointwise((_, y) => add(y, 1)),
  log: ({ inputs: [x] }, g) => [divide(g, x)],
  log2: ({ inputs: [x] }, g) => [divide(g, multiply(x, Math.LN2))],
  log10: ({ inputs: [x] }, g) => [divide(g, multiply(x, Math.LN10))],
  log1p: ({ inputs: [x] }, g) => [divide(g, add(x, 1))],
  sin: pointwise((x) => cos(x)),
  cos: pointwise((x) => negative(sin(x))),
  tan: pointwise((_, y) => add(square(y), 1)),
  arcsin: ({ inputs: [x] }, g) => [divide(g, sqrt(subtract(1, square(x))))],
  arccos: ({ inputs: [x] }, g) => [negative(divide(g, sqrt(subtract(1, square(x)))))],
  arctan: ({ inputs: [x] }, g) => [divide(g, add(square(x), 1))],
  sinh: pointwise((x) => cosh(x)),
  cosh: pointwise((x) => sinh(x)),
  tanh: pointwise((_, y) => subtract(1, square(y))),
  arcsinh: ({ inputs: [x] }, g) => [divide(g, sqrt(add(square(x), 1)))],
  arccosh: ({ inputs: [x] }, g) => [divide(g, sqrt(subtract(square(x), 1)))],
  arctanh: ({ inputs: [x] }, g) => [divide(g, subtract(1, square(x)))],
  erf: pointwise((x) => multiply(exp(negative(square(x))), TWO_OVER_ROOT_PI)),
  erfc: pointwise((x) => multiply(exp(negative(square(x))), -TWO_OVER_ROOT_PI)),
  erfinv: pointwise((_, y) => multiply(exp(square(y)), 1 / TWO_OVER_ROOT_PI)),
  sigmoid: pointwise((_, y) => multiply(y, subtract(1, y))),
  isnan: none,
  isinf: none,
  isfinite: none,
  logicalNot: none,
  bitwiseNot: none,
  cast: ({ inputs: [x] }, g) => [isFloating(x.dtype) ? cast(g, x.dtype) : null],
  add: pairwise((g) => g, (g) => g),
  subtract: pairwise((g) => g, (g) => negative(g)),
  multiply: pairwise((g, _, b) => multiply(g, b), (g, a) => multiply(g, a)),
  divide: pairwise(
    (g, _, b) => divide(g, b),
    (g, _, b, y) => negative(divide(multiply(g, y), b)),
  ),
  floorDivide: pairwise((g) => zerosLike(g), (g) => zerosLike(g)),
  mod: pairwise((g) => g, (g, a, b) => negative(multiply(g, floor(divide(a, b))))),
  power: powerGradient,
  maximum: chosen(greater),
  minimum: chosen(less),
  arctan2: pairwise(
    (g, a, b) => divide(multiply(g, b), add(square(a), square(b))),
    (g, a, b) => negative(divide(multiply(g, a), add(square(a), square(b)))),
  ),
  equal: none,
  notEqual: none,
  less: none,
  lessEqual: none,
  greater: none,
  greaterEqual: none,
  logicalAnd: none,
  logicalOr: none,
  logicalXor: none,
  bitwiseAnd: none,
  bitwiseOr: none,
  bitwiseXor: none,
  leftShift: none,
  rightShift: none,
  where: ({ inputs: [condition, x, y], needs }, g) => [
    null,
    needs[1] ? sumToShape(where(condition, g, 0), x.dims) : null,
    needs[2] ? sumToShape(where(condition, 0, g), y.dims) : null,
  ],
  sum: ({ inputs: [x], attributes: { axes } }, g) => [spread(g, x.dims, axes)],
  mean: ({ inputs: [x], outputs: [y], attributes: { axes } }, g) => [
    spread(multiply(g, y.size / x.size), x.dims, axes),
  ],
  prod: prodGradient,
  max: extreme,
  min: extreme,
  argmax: none,
  argmin: none,
  cumsum: ({ attributes: { axis, reverse } }, g) => [
    apply("cumsum", [g], { axis, reverse: !reverse }),
  ],
  argsort: none,
  matmul: matmulGradient,
  conv: ({ inputs, attributes, needs }, g) => convGradients(inputs, g, attributes, needs),
  convInputGradient: ({ inputs: [g, kernel], attributes, needs }, u) => {
    const { outputPadding: _, ...convolution } = attributes;
    const size = kernel.shape.slice(0, -2);
    return [
      needs[0] ? apply("conv", [u, kernel], convolution) : null,
      needs[1] ? apply("convKernelGradient", [u, g], { ...convolution, size }) : null,
    ];
  },
  convKernelGradient: ({ inputs: [x, g], attributes, needs }, u) => {
    const { size: _, ...convolution } = attributes;
    return [
      needs[0] ? convInputGradient(x.shape, u, g, convolution) : null,
      needs[1] ? apply("conv", [x, u], convolution) : null,
    ];
  },
  poolArgmax: none,
  reshape: ({ inputs: [x] }, g) => [reshape(g, x.dims)],
  transpose: ({ attributes: { axes } }, g) => [transpose(g, inverseOrder(axes))],
  broadcastTo: ({ inputs: [x] }, g) => [sumToShape(g, x.dims)],
  slice: sliceGradient,
  pad: padGradient,
  concatenate: concatenateGradient,
  flip: ({ attributes: { axes } }, g) => [flip(g, { axis: axes })],
  take: ({ inputs: [x, indices], attributes: { axis } }, g) => [
    apply("scatterAdd", [g, indices], { axis, size: x.shape[axis] }),
    null,
  ],
  scatterAdd: ({ inputs: [, indices], attributes: { axis } }, g) => [
    apply("take", [g, indices], { axis }),
    null,
  ],
  takeAlongAxis: ({ inputs: [x, indices], attributes: { axis } }, g) => [
    apply("scatterAddAlongAxis", [g, indices], { axis, size: x.shape[axis] }),
    null,
  ],
  scatterAddAlongAxis: ({ inputs: [, indices], attributes: { axis } }, g) => [
    apply("takeAlongAxis", [g, indices], { axis }),
    null,
  ],
  scatterUpdate: ({ inputs: [, indices, updates], needs }, g) => [
    needs[0] ? apply("scatterUpdate", [g, indices, zerosLike(updates)], {}) : null,
    null,
    needs[2] ? apply("take", [g, indices], { axis: 0 }) : null,
  ],
  random: none,
};
