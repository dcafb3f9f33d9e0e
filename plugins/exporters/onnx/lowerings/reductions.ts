/**
 * Reductions, running sums, sorting and products, in ONNX.
 *
 * @module
 */

import type { PrimitiveAttributes } from "../../../../core/primitives.ts";
import { type DType, isFloating } from "../../../../core/dtype.ts";
import type { OnnxBuilder, OnnxMeta, OnnxValue } from "../graph.ts";
import type { Rule, Rules } from "../lowering.ts";

type Reduction = PrimitiveAttributes["sum"];

/** A node that reduces axes; with none to reduce, ONNX would reduce all. */
export function reduced(
  to: OnnxBuilder,
  op: string,
  x: OnnxValue,
  { axes, keepdims }: Reduction,
  { dims, dtype }: OnnxMeta,
): OnnxValue {
  const given = to.cast(x, dtype);
  if (axes.length === 0) return given;
  return to.node(op, [given], { axes, keepdims: Number(keepdims) }, { dims });
}

function reduction(op: string): Rule<Reduction> {
  return { lower: (to, [x], attributes, [output]) => reduced(to, op, x, attributes, output) };
}

/** The greatest and the least, which ONNX has for numbers alone. */
function extreme(op: string): Rule<Reduction> {
  return {
    lower: (to, [x], attributes, [{ dims, dtype }]) => {
      if (dtype !== "bool") return reduced(to, op, x, attributes, { dims, dtype });
      return to.cast(reduced(to, op, x, attributes, { dims, dtype: "int32" }), "bool");
    },
  };
}

function place(op: string): Rule<{ axis: number }> {
  return {
    lower: (to, [x], { axis }, [{ dims }]) => {
      const numbers = x.dtype === "bool" ? to.cast(x, "int32") : x;
      const at = to.node(op, [numbers], { axis, keepdims: 0 }, { dims, dtype: "int64" });
      return to.cast(at, "int32");
    },
  };
}

/** How reductions and what runs along an axis are written. */
export const reductions = {
  sum: reduction("ReduceSum"),
  mean: reduction("ReduceMean"),
  prod: reduction("ReduceProd"),
  max: extreme("ReduceMax"),
  min: extreme("ReduceMin"),
  argmax: place("ArgMax"),
  argmin: place("ArgMin"),
  cumsum: {
    lower: (to, [x], { axis, reverse }, [{ dtype }]) =>
      to.node("CumSum", [to.cast(x, dtype)], { axis, ...(reverse ? { reverse: 1 } : {}) }),
  },
  argsort: {
    lower: (to, [x], { axis, descending }) => {
      const numbers = x.dtype === "bool" ? to.cast(x, "int32") : x;
      // All of them, in order; the operator gives values and places.
      const { dims } = x;
      const results = [{ dims, dtype: numbers.dtype }, { dims, dtype: "int64" }] as const;
      const attributes = { axis, largest: Number(descending) };
      const inputs = [numbers, to.dimOf(x, axis)];
      const [, places] = to.nodeOf("TopK", inputs, attributes, results);
      return to.cast(places, "int32");
    },
  },
  matmul: {
    lower: (to, inputs, { transposeA, transposeB }, [{ dims, dtype }]) => {
      const [a, b] = inputs.map((input) => to.cast(input, dtype));
      const isPlain = dims.length === 2 && isFloating(dtype as DType);
      if (isPlain && (transposeA || transposeB)) {
        const transA = transposeA ? 1 : undefined;
        return to.node("Gemm", [a, b], { transA, transB: transposeB ? 1 : undefined }, { dims });
      }
      const [left, right] = [transposeA ? turned(to, a) : a, transposeB ? turned(to, b) : b];
      return to.node("MatMul", [left, right], {}, { dims });
    },
  },
} satisfies Partial<Rules>;

/** The last two axes exchanged. */
function turned(to: OnnxBuilder, x: OnnxValue): OnnxValue {
  const axes = x.dims.map((_, i) => i);
  return to.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
