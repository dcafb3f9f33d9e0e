/** A traced graph, run on values: what an exporter relies on. */

import { apply } from "../../core/dispatch.ts";
import { isPrimitive } from "../../core/primitives.ts";
import type { Tensor } from "../../mod.ts";

/** The values that a traced tensor has for given values of the inputs, primitive by primitive. */
export function replay(traced: Tensor, inputs: ReadonlyMap<Tensor, Tensor>): Tensor {
  const known = inputs.get(traced) ?? (traced.isSymbolic ? null : traced);
  if (known !== null) return known;
  const { operation, inputs: from, attributes, expansion, outputs } = traced.source!;
  if (expansion !== null) return replay(expansion[outputs.indexOf(traced)], inputs);
  if (!isPrimitive(operation)) throw new Error(`${operation} is neither primitive nor composed`);
  return apply(operation, from.map((input) => replay(input, inputs)), attributes as never);
}
