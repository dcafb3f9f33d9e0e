/**
 * Calls on random shapes, axes and values, for the primitives in which shapes are the hard part.
 *
 * @module
 */

import fc from "fast-check";
import { type DType, DTYPES } from "../../core/dtype.ts";
import type { Primitive, PrimitiveAttributes } from "../../core/primitives.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import { draw, drawIndices } from "./samples.ts";
import type { Case } from "./stage.ts";

const NUMBERS: readonly DType[] = ["float32", "float64", "int32"];

const anyDType = fc.constantFrom(...DTYPES);
const number = fc.constantFrom(...NUMBERS);

/** Up to four axes of up to five entries. */
const shapeFrom = (least: number, fewestAxes = 0): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: least, max: 5 }), { minLength: fewestAxes, maxLength: 4 });
const anyShape = shapeFrom(0);

const small = (max: number): fc.Arbitrary<number> => fc.nat(max);
const axesOf = (shape: Shape): number[] => shape.map((_, axis) => axis);
const some = (shape: Shape): fc.Arbitrary<number[]> => fc.subarray(axesOf(shape));
const each = <T>(shape: Shape, one: (d: number) => fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.tuple(...shape.map(one));

/** A call with one input and attributes that follow from its shape. */
function one<A>(
  dtypes: fc.Arbitrary<DType>,
  shapes: fc.Arbitrary<number[]>,
  attributesFor: (shape: number[]) => fc.Arbitrary<A>,
): fc.Arbitrary<Case<A>> {
  return fc.tuple(dtypes, shapes).chain(([dtype, shape]) =>
    attributesFor(shape).map((attributes) => ({ inputs: [draw(dtype, shape)], attributes }))
  );
}

/** A shape with an axis of its own. */
const withAxis = (least: number): fc.Arbitrary<[number[], number]> =>
  shapeFrom(least, 1).chain((shape) =>
    fc.nat(shape.length - 1).map((axis): [number[], number] => [shape, axis])
  );

function along<A>(
  dtypes: fc.Arbitrary<DType>,
  least: number,
  rest: fc.Arbitrary<A>,
): fc.Arbitrary<Case<A & { axis: number }>> {
  return fc.tuple(dtypes, withAxis(least), rest).map(([dtype, [shape, axis], attributes]) => ({
    inputs: [draw(dtype, shape)],
    attributes: { ...attributes, axis },
  }));
}

/**
 * The shape with some axes of size 1, and some of the first axes missing: it broadcasts to the
 * shape.
 */
const narrower = (shape: Shape): fc.Arbitrary<number[]> =>
  fc.tuple(fc.nat(shape.length), each(shape, (d) => fc.constantFrom(d, d, 1)))
    .map(([missing, dims]) => dims.slice(missing));

const replaced = (shape: Shape, axis: number, ...by: number[]): number[] =>
  shape.toSpliced(axis, 1, ...by);

const axes = <P extends "sum" | "max">(dtypes: fc.Arbitrary<DType>, least: number) =>
  one<PrimitiveAttributes[P]>(
    dtypes,
    shapeFrom(least),
    (shape) => fc.record({ axes: some(shape), keepdims: fc.boolean() }),
  );

const pair: fc.Arbitrary<Case<PrimitiveAttributes["add"]>> = fc.tuple(number, anyShape).chain((
  [dtype, shape],
) =>
  fc.tuple(narrower(shape), narrower(shape)).map(([a, b]) => ({
    inputs: [draw(dtype, a, 1), draw(dtype, b, 2)],
    attributes: {},
  }))
);

/** Random calls of a primitive. */
export const randomCases: {
  readonly [P in Primitive]?: fc.Arbitrary<Case<PrimitiveAttributes[P]>>;
} = {
  add: pair,
  subtract: pair,
  where: fc.tuple(anyDType, anyShape).chain(([dtype, shape]) =>
    fc.tuple(narrower(shape), narrower(shape), narrower(shape)).map(([condition, a, b]) => ({
      inputs: [draw("bool", condition), draw(dtype, a, 1), draw(dtype, b, 2)],
      attributes: {},
    }))
  ),

  sum: axes(number, 0),
  mean: axes(fc.constantFrom("float32", "float64"), 0),
  prod: axes(number, 0),
  max: axes(anyDType, 1),
  min: axes(anyDType, 1),
  argmax: along(anyDType, 1, fc.constant({})),
  argmin: along(anyDType, 1, fc.constant({})),
  cumsum: along(number, 0, fc.record({ reverse: fc.boolean() })),
  argsort: along(anyDType, 0, fc.record({ descending: fc.boolean() })),

  matmul: fc.record({
    dtype: number,
    batch: fc.array(small(3), { maxLength: 2 }),
    m: small(20),
    k: small(20),
    n: small(20),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
  }).chain(({ dtype, batch, m, k, n, transposeA, transposeB }) =>
    fc.tuple(narrower(batch), narrower(batch)).map(([batchA, batchB]) => ({
      inputs: [
        draw(dtype, [...batchA, ...(transposeA ? [k, m] : [m, k])], 1),
        draw(dtype, [...batchB, ...(transposeB ? [n, k] : [k, n])], 2),
      ],
      attributes: { transposeA, transposeB },
    }))
  ),

  reshape: one(
    anyDType,
    anyShape,
    (shape) =>
      fc.constantFrom([sizeOf(shape)], shape.toReversed(), [1, ...shape])
        .map((shape) => ({ shape })),
  ),
  transpose: one(
    anyDType,
    anyShape,
    (shape) =>
      fc.shuffledSubarray(axesOf(shape), { minLength: shape.length })
        .map((axes) => ({ axes })),
  ),
  broadcastTo: fc.tuple(anyDType, anyShape).chain(([dtype, shape]) =>
    narrower(shape).map((from) => ({ inputs: [draw(dtype, from)], attributes: { shape } }))
  ),
  slice: one(anyDType, anyShape, (shape) =>
    fc.record({
      start: each(shape, small),
      limit: each(shape, (d) => fc.option(small(d))),
      strides: each(shape, () => fc.integer({ min: 1, max: 3 })),
    })),
  pad: one(anyDType, anyShape, (shape) =>
    fc.record({
      low: each(shape, () => small(2)),
      high: each(shape, () => small(2)),
      interior: each(shape, () => small(2)),
      value: fc.constantFrom(0, 1, -7),
    })),
  concatenate: fc.tuple(anyDType, withAxis(0), fc.array(small(4), { minLength: 1, maxLength: 4 }))
    .map(([dtype, [shape, axis], lengths]) => ({
      inputs: lengths.map((length, i) => draw(dtype, replaced(shape, axis, length), i)),
      attributes: { axis },
    })),
  flip: one(anyDType, anyShape, (shape) => some(shape).map((axes) => ({ axes }))),

  take: fc.tuple(anyDType, withAxis(1), shapeFrom(0)).map(([dtype, [shape, axis], indices]) => ({
    inputs: [draw(dtype, shape), drawIndices(indices, shape[axis])],
    attributes: { axis },
  })),
  scatterAdd: fc.tuple(anyDType, withAxis(1), shapeFrom(0)).map((
    [dtype, [shape, axis], indices],
  ) => ({
    inputs: [
      draw(dtype, replaced(shape, axis, ...indices)),
      drawIndices(indices, shape[axis]),
    ],
    attributes: { axis, size: shape[axis] },
  })),
  takeAlongAxis: fc.tuple(anyDType, withAxis(1), small(6)).map(([dtype, [shape, axis], count]) => ({
    inputs: [
      draw(dtype, shape),
      drawIndices(replaced(shape, axis, count), shape[axis]),
    ],
    attributes: { axis },
  })),
  scatterAddAlongAxis: fc.tuple(anyDType, withAxis(1), small(6)).map((
    [dtype, [shape, axis], count],
  ) => {
    const updates = replaced(shape, axis, count);
    return {
      inputs: [draw(dtype, updates), drawIndices(updates, shape[axis])],
      attributes: { axis, size: shape[axis] },
    };
  }),
  scatterUpdate: fc.tuple(anyDType, shapeFrom(1, 1), small(6)).map(([dtype, shape, count]) => ({
    inputs: [
      draw(dtype, shape, 1),
      drawIndices([count], shape[0]),
      draw(dtype, replaced(shape, 0, count), 2),
    ],
    attributes: {},
  })),
};
