/**
 * What moves elements and picks them by position, in ONNX.
 *
 * @module
 */

import type { Dim, Dims } from "../../../../core/shape.ts";
import { float, type OnnxBuilder, type OnnxValue } from "../graph.ts";
import type { Rules } from "../lowering.ts";

/** A limit that lies beyond every axis. */
const END = Number.MAX_SAFE_INTEGER;

/** Elements at `start`, `start + step`, … of some axes. */
function sliced(
  to: OnnxBuilder,
  x: OnnxValue,
  ranges: readonly { axis: number; start: number; end: number; step: number }[],
  dims: Dims,
): OnnxValue {
  if (ranges.length === 0) return x;
  return to.node("Slice", [x], {
    starts: ranges.map(({ start }) => start),
    ends: ranges.map(({ end }) => end),
    axes: ranges.map(({ axis }) => axis),
    steps: ranges.map(({ step }) => step),
  }, { dims });
}

/** Puts `interior` copies of a value between neighbours of an axis: the gaps are an axis of their own at first. */
function spread(
  to: OnnxBuilder,
  x: OnnxValue,
  axis: number,
  interior: number,
  value: number,
): OnnxValue | null {
  const d = x.dims[axis];
  const column = to.reshape(x, x.dims.toSpliced(axis + 1, 0, 1));
  if (column === null) return null;
  const pads = new Array<number>(2 * column.dims.length).fill(0);
  pads[column.dims.length + axis + 1] = interior;
  const padded = to.node("Pad", [column], { pads, value: float(value) }, {
    dims: column.dims.with(axis + 1, 1 + interior),
  });
  const flat = to.reshape(padded, x.dims.with(axis, d === null ? null : d * (1 + interior)));
  const dims = x.dims.with(axis, d === null ? null : d + (d - 1) * interior);
  return flat && sliced(to, flat, [{ axis, start: 0, end: -interior, step: 1 }], dims);
}

/** The same elements in another shape, of which some axes have the sizes that axes of x have when it runs. */
function reshapedLike(
  to: OnnxBuilder,
  x: OnnxValue,
  dims: Dims,
  kept: readonly (number | null)[],
): OnnxValue {
  const parts = dims.map((d, i) => {
    const axis = kept[i];
    return d === null && axis !== null ? to.dimOf(x, axis) : to.constant([d ?? -1], "int64");
  });
  const shape = to.node("Concat", parts, { axis: 0 }, { dims: [dims.length] });
  return to.node("Reshape", [x, shape], {}, { dims });
}

/** Values for each place that updates go to: the indices, repeated over all other axes. */
function placesOf(to: OnnxBuilder, updates: OnnxValue, indices: OnnxValue, axis: number) {
  const column = to.reshape(indices, updates.dims.map((_, i) => i === axis ? null : 1));
  return column &&
    to.node("Expand", [column, to.shapeOf(updates)], {}, { dims: updates.dims });
}

/** Zeros in the shape of x, but for one axis. */
function zerosLike(to: OnnxBuilder, x: OnnxValue, axis: number, size: number): OnnxValue {
  const dims = x.dims.with(axis, size);
  const parts = dims.map((_, i) => i === axis ? to.constant([size], "int64") : to.dimOf(x, i));
  const shape = dims.includes(null)
    ? to.node("Concat", parts, { axis: 0 }, { dims: [dims.length] })
    : to.constant(dims as readonly number[], "int64");
  return to.node("Expand", [to.scalar(0, x.dtype), shape], {}, { dims });
}

function addedAt(
  to: OnnxBuilder,
  updates: OnnxValue,
  places: OnnxValue,
  axis: number,
  size: number,
): OnnxValue | null {
  if (to.opset < 16) return null;
  const zeros = zerosLike(to, updates, axis, size);
  const inputs = [zeros, places, updates];
  return to.node("ScatterElements", inputs, { axis, reduction: "add" }, { dims: zeros.dims });
}

const WITHOUT_ADDING = "adding at indices takes opset 16, and shapes with one unknown axis at most";

/** How movement and indexing are written. */
export const movement = {
  reshape: {
    lower: (to, [x], { kept }, [{ dims }]) =>
      kept === undefined ? to.reshape(x, dims) : reshapedLike(to, x, dims, kept),
    without: "one axis of the new shape may be unknown, and more are",
  },
  transpose: {
    lower: (to, [x], { axes }) => to.transpose(x, axes),
  },
  broadcastTo: {
    lower: (to, [x], { shape }, [{ dims }]) =>
      to.node("Expand", [x], { shape: shape.map((d) => d ?? 1) }, { dims }),
  },
  slice: {
    lower: (to, [x], { start, limit, strides }, [{ dims }]) => {
      const ranges = x.dims.map((_, axis) => ({
        axis,
        start: start[axis],
        end: limit[axis] ?? END,
        step: strides[axis],
      })).filter(({ axis, start, end, step }) =>
        start !== 0 || step !== 1 || (end !== END && end !== x.dims[axis])
      );
      return sliced(to, x, ranges, dims);
    },
  },
  pad: {
    lower: (to, [x], { low, high, interior, value }, [{ dims }]) => {
      let inner: OnnxValue | null = x;
      for (const [axis, gap] of interior.entries()) {
        if (gap > 0 && inner !== null) inner = spread(to, inner, axis, gap, value);
      }
      if (inner === null || [...low, ...high].every((width) => width === 0)) return inner;
      return to.node("Pad", [inner], { pads: [...low, ...high], value: float(value) }, { dims });
    },
    without: "zeros between elements take shapes with one unknown axis at most",
  },
  concatenate: {
    lower: (to, inputs, { axis }, [{ dims, dtype }]) =>
      to.node("Concat", inputs.map((input) => to.cast(input, dtype)), { axis }, { dims }),
  },
  flip: {
    lower: (to, [x], { axes }) => {
      const ranges = axes.map((axis) => ({ axis, start: -1, end: -END, step: -1 }));
      return sliced(to, x, ranges, x.dims);
    },
  },
  take: {
    lower: (to, inputs, { axis }, [{ dims }]) => to.node("Gather", inputs, { axis }, { dims }),
  },
  scatterAdd: {
    lower: (to, [updates, indices], { axis, size }) => {
      const { dims } = updates;
      const count = indices.dims.reduce((n: Dim, d) => n === null || d === null ? null : n * d, 1);
      const merged = [...dims.slice(0, axis), count, ...dims.slice(axis + indices.dims.length)];
      const flat = indices.dims.length === 1 ? updates : to.reshape(updates, merged);
      const places = flat && placesOf(to, flat, indices, axis);
      return places && addedAt(to, flat!, places, axis, size);
    },
    without: WITHOUT_ADDING,
  },
  takeAlongAxis: {
    lower: (to, inputs, { axis }, [{ dims }]) =>
      to.node("GatherElements", inputs, { axis }, { dims }),
  },
  scatterAddAlongAxis: {
    lower: (to, [updates, indices], { axis, size }) => addedAt(to, updates, indices, axis, size),
    without: WITHOUT_ADDING,
  },
  scatterUpdate: {
    lower: (to, [x, indices, updates]) => {
      const rows = to.reshape(to.cast(indices, "int64"), [...indices.dims, 1]);
      return rows && to.node("ScatterND", [x, rows, updates], {}, { dims: x.dims });
    },
  },
} satisfies Partial<Rules>;
