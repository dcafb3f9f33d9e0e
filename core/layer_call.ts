/**
 * Calls of layers on symbolic tensors: what functional models are made of.
 *
 * @module
 */

import { symbolicTensor } from "./dispatch.ts";
import type { AnyLayer } from "./exporter.ts";
import { copyOfNest, type Nested, nestLike, tensorsOf } from "./nested.ts";
import { TraceNode } from "./trace.ts";

/** A layer as it was called outside all others; its expansion is what the layer computes. */
export class LayerCall extends TraceNode {
  /** The inputs, nested as the layer takes them. */
  readonly args: Nested;
  /** The outputs, nested as the layer gives them. */
  readonly results: Nested;

  constructor(
    readonly layer: AnyLayer,
    args: Nested,
    /** What the call said of training; `undefined` where it said nothing. */
    readonly training: boolean | undefined,
    outputs: Nested,
  ) {
    const expansion = tensorsOf(outputs);
    const own = copyOfNest(args);
    super("layer", tensorsOf(own), null, expansion);
    this.args = own;
    this.outputs = expansion.map(({ dims, dtype }) => symbolicTensor(dims, dtype, this));
    this.results = nestLike(outputs, this.outputs);
  }
}
