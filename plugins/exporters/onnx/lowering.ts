/**
 * How an operation is written in ONNX.
 *
 * @module
 */

import type { Primitive, PrimitiveAttributes } from "../../../core/primitives.ts";
import type { Tensor } from "../../../core/tensor.ts";
import type { OnnxBuilder, OnnxMeta, OnnxValue } from "./graph.ts";

/**
 * Writes an operation as nodes: adds them to the builder and gives the results, one or a list. `null` says that the
 * opset, or these inputs, leave no way; a composite is then written by its definition.
 *
 * A composite of one's own brings its lowering along: `defineComposite({ …, lowerings: { onnx: … } })`.
 */
export type OnnxLowering<Attributes> = (
  to: OnnxBuilder,
  inputs: readonly OnnxValue[],
  attributes: Attributes,
  outputs: readonly OnnxMeta[],
) => OnnxValue | readonly OnnxValue[] | null;

/** How a primitive is written: as nodes; else in terms of other operations; else not, for a reason. */
export interface Rule<Attributes> {
  readonly lower?: OnnxLowering<Attributes>;
  readonly compose?: (inputs: readonly Tensor[], attributes: Attributes) => Tensor;
  /** Why there may be neither, as errors end. */
  readonly without?: string;
}

/** The rule of each primitive. */
export type Rules = { readonly [P in Primitive]: Rule<PrimitiveAttributes[P]> };
