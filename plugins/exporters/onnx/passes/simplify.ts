/**
 * Nodes that change nothing, or only the shape, become less.
 *
 * @module
 */

import { type Dims, isKnown, sameShape } from "../../../../core/shape.ts";
import {
  DTYPE_CODES,
  type OnnxBuilder,
  type OnnxGraph,
  type OnnxNode,
  type OnnxValue,
  rewriteNodes,
} from "../graph.ts";
import { movesOnes } from "./sink_transposes.ts";

/** Takes away nodes that change nothing; a transpose that moves axes of size 1 alone becomes a reshape. */
export function simplify(graph: OnnxGraph): void {
  rewriteNodes(graph, (node, to) => {
    if (node.domain !== "") return null;
    const result = simpler(node, to);
    return result && [result];
  });
}

function simpler({ op, inputs, attributes, outputs: [output] }: OnnxNode, to: OnnxBuilder) {
  const x = inputs[0];
  if (x === null || x === undefined) return null;
  switch (op) {
    case "Identity":
      return x;
    case "Cast":
      return attributes.to === DTYPE_CODES[x.dtype] ? x : null;
    case "Expand":
      return isKnown(x.dims) && sameShape(x.dims, output.dims) ? x : null;
    case "Reshape":
      return attributes.shape === undefined ? null : reshaped(x, output.dims, to);
    case "Transpose":
      return transposed(x, attributes.perm as number[], to);
    default:
      return null;
  }
}

/** The same elements in another shape; of two reshapes in a row the second is enough. */
function reshaped(x: OnnxValue, dims: Dims, to: OnnxBuilder): OnnxValue | null {
  if (isPlain(x) && sameShape(x.dims, dims)) return x;
  const { producer } = x;
  return to.reshape(producer?.op === "Reshape" ? producer.inputs[0]! : x, dims);
}

/** With more than one unknown dimension two shapes that look the same may differ. */
function isPlain({ dims }: OnnxValue): boolean {
  return dims.filter((d) => d === null).length <= 1;
}

function transposed(x: OnnxValue, perm: readonly number[], to: OnnxBuilder): OnnxValue | null {
  if (perm.every((axis, i) => axis === i)) return x;
  return movesOnes(x, perm) && isPlain(x)
    ? reshaped(x, perm.map((axis) => x.dims[axis]), to)
    : null;
}
