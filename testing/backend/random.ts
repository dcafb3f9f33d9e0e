/**
 * Calls on random shapes, axes and values, for the primitives in which shapes are the hard part.
 *
 * @module
 */

import { type DType, DTYPES } from "../../core/dtype.ts";
import type { Primitive, PrimitiveAttributes } from "../../core/primitives.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Dice } from "./dice.ts";
import { draw, drawIndices, type Sample } from "./samples.ts";
import type { Case } from "./stage.ts";

const NUMBERS: readonly DType[] = ["float32", "float64", "int32"];

/** Makes a call by throwing dice. */
export type RandomCase<Attributes = unknown> = (dice: Dice) => Case<Attributes>;

/** Up to four axes of up to five entries. */
const shapeFrom = (dice: Dice, least: number, fewestAxes = 0): number[] =>
  dice.list(fewestAxes, 4, () => least + dice.upTo(5 - least));

const axesOf = (shape: Shape): number[] => shape.map((_, axis) => axis);

/** A call with one input, and attributes that follow from its shape. */
function one<A>(
  dtypes: readonly DType[],
  least: number,
  attributesFor: (dice: Dice, shape: number[]) => A,
): RandomCase<A> {
  return (dice) => {
    const shape = shapeFrom(dice, least);
    return {
      inputs: [draw(dice.oneOf(...dtypes), shape)],
      attributes: attributesFor(dice, shape),
    };
  };
}

/** A shape with an axis of its own. */
function withAxis(dice: Dice, least: number): { shape: number[]; axis: number } {
  const shape = shapeFrom(dice, least, 1);
  return { shape, axis: dice.upTo(shape.length - 1) };
}

function along<A>(
  dtypes: readonly DType[],
  least: number,
  rest: (dice: Dice) => A,
): RandomCase<A & { axis: number }> {
  return (dice) => {
    const { shape, axis } = withAxis(dice, least);
    return { inputs: [draw(dice.oneOf(...dtypes), shape)], attributes: { ...rest(dice), axis } };
  };
}

/** The shape with some axes of size 1, and some of the first axes missing: it broadcasts to the shape. */
function narrower(dice: Dice, shape: Shape): number[] {
  return shape.map((d) => dice.oneOf(d, d, 1)).slice(dice.upTo(shape.length));
}

const replaced = (shape: Shape, axis: number, ...by: number[]): number[] =>
  shape.toSpliced(axis, 1, ...by);

const reduction = (
  dtypes: readonly DType[],
  least: number,
): RandomCase<PrimitiveAttributes["sum"]> =>
  one(dtypes, least, (dice, shape) => ({ axes: dice.some(axesOf(shape)), keepdims: dice.flip() }));

const pair: RandomCase<PrimitiveAttributes["add"]> = (dice) => {
  const [dtype, shape] = [dice.oneOf(...NUMBERS), shapeFrom(dice, 0)];
  const inputs = [1, 2].map((seed) => draw(dtype, narrower(dice, shape), seed));
  return { inputs, attributes: {} };
};

/** Values, an axis of them, and indices of any shape into it. */
function indexed(dice: Dice): { dtype: DType; shape: number[]; axis: number; indices: Sample } {
  const { shape, axis } = withAxis(dice, 1);
  const indices = drawIndices(shapeFrom(dice, 0), shape[axis]);
  return { dtype: dice.oneOf(...DTYPES), shape, axis, indices };
}

/** Values, an axis of them, and up to six indices into it for each place on the others. */
function indexedAlong(dice: Dice): ReturnType<typeof indexed> {
  const { shape, axis } = withAxis(dice, 1);
  const indices = drawIndices(replaced(shape, axis, dice.upTo(6)), shape[axis]);
  return { dtype: dice.oneOf(...DTYPES), shape, axis, indices };
}

/** Random calls of a primitive. */
export const randomCases: {
  readonly [P in Primitive]?: RandomCase<PrimitiveAttributes[P]>;
} = {
  add: pair,
  subtract: pair,
  where: (dice) => {
    const [dtype, shape] = [dice.oneOf(...DTYPES), shapeFrom(dice, 0)];
    const condition = draw("bool", narrower(dice, shape));
    const [a, b] = [1, 2].map((seed) => draw(dtype, narrower(dice, shape), seed));
    return { inputs: [condition, a, b], attributes: {} };
  },

  sum: reduction(NUMBERS, 0),
  mean: reduction(["float32", "float64"], 0),
  prod: reduction(NUMBERS, 0),
  max: reduction(DTYPES, 1),
  min: reduction(DTYPES, 1),
  argmax: along(DTYPES, 1, () => ({})),
  argmin: along(DTYPES, 1, () => ({})),
  cumsum: along(NUMBERS, 0, (dice) => ({ reverse: dice.flip() })),
  argsort: along(DTYPES, 0, (dice) => ({ descending: dice.flip() })),

  matmul: (dice) => {
    const dtype = dice.oneOf(...NUMBERS);
    const batch = dice.list(0, 2, () => dice.upTo(3));
    const [m, k, n] = [20, 20, 20].map((most) => dice.upTo(most));
    const [transposeA, transposeB] = [dice.flip(), dice.flip()];
    return {
      inputs: [
        draw(dtype, [...narrower(dice, batch), ...(transposeA ? [k, m] : [m, k])], 1),
        draw(dtype, [...narrower(dice, batch), ...(transposeB ? [n, k] : [k, n])], 2),
      ],
      attributes: { transposeA, transposeB },
    };
  },

  reshape: one(DTYPES, 0, (dice, shape) => ({
    shape: dice.oneOf([sizeOf(shape)], shape.toReversed(), [1, ...shape]),
  })),
  transpose: one(DTYPES, 0, (dice, shape) => ({ axes: dice.shuffled(axesOf(shape)) })),
  broadcastTo: (dice) => {
    const shape = shapeFrom(dice, 0);
    const input = draw(dice.oneOf(...DTYPES), narrower(dice, shape));
    return { inputs: [input], attributes: { shape } };
  },
  slice: one(DTYPES, 0, (dice, shape) => ({
    start: shape.map((d) => dice.upTo(d)),
    limit: shape.map((d) => dice.oneOf(dice.upTo(d), null)),
    strides: shape.map(() => 1 + dice.upTo(2)),
  })),
  pad: one(DTYPES, 0, (dice, shape) => ({
    low: shape.map(() => dice.upTo(2)),
    high: shape.map(() => dice.upTo(2)),
    interior: shape.map(() => dice.upTo(2)),
    value: dice.oneOf(0, 1, -7),
  })),
  concatenate: (dice) => {
    const [dtype, { shape, axis }] = [dice.oneOf(...DTYPES), withAxis(dice, 0)];
    const lengths = dice.list(1, 4, () => dice.upTo(4));
    const inputs = lengths.map((length, i) => draw(dtype, replaced(shape, axis, length), i));
    return { inputs, attributes: { axis } };
  },
  flip: one(DTYPES, 0, (dice, shape) => ({ axes: dice.some(axesOf(shape)) })),

  take: (dice) => {
    const { dtype, shape, axis, indices } = indexed(dice);
    return { inputs: [draw(dtype, shape), indices], attributes: { axis } };
  },
  scatterAdd: (dice) => {
    const { dtype, shape, axis, indices } = indexed(dice);
    const updates = draw(dtype, replaced(shape, axis, ...indices.shape));
    return { inputs: [updates, indices], attributes: { axis, size: shape[axis] } };
  },
  takeAlongAxis: (dice) => {
    const { dtype, shape, axis, indices } = indexedAlong(dice);
    return { inputs: [draw(dtype, shape), indices], attributes: { axis } };
  },
  scatterAddAlongAxis: (dice) => {
    const { dtype, shape, axis, indices } = indexedAlong(dice);
    const updates = draw(dtype, indices.shape);
    return { inputs: [updates, indices], attributes: { axis, size: shape[axis] } };
  },
  scatterUpdate: (dice) => {
    const [dtype, shape, count] = [dice.oneOf(...DTYPES), shapeFrom(dice, 1, 1), dice.upTo(6)];
    const updates = draw(dtype, replaced(shape, 0, count), 2);
    const indices = drawIndices([count], shape[0]);
    return { inputs: [draw(dtype, shape, 1), indices, updates], attributes: {} };
  },
};
