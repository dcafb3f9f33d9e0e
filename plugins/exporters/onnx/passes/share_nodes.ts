/**
 * Of nodes that do the same to the same values, the first is enough.
 *
 * @module
 */

import { type OnnxGraph, type OnnxNode, type OnnxValue, rewriteNodes } from "../graph.ts";

/** Shares the results of equal nodes. */
export function shareNodes(graph: OnnxGraph): void {
  const numbers = new Map<OnnxValue, number>();
  const numberOf = (value: OnnxValue | null): number => {
    if (value === null) return -1;
    const known = numbers.get(value) ?? numbers.size;
    numbers.set(value, known);
    return known;
  };
  const first = new Map<string, OnnxNode>();
  rewriteNodes(graph, (node) => {
    const { domain, op, attributes } = node;
    const key = JSON.stringify([domain, op, node.inputs.map(numberOf), attributes]);
    const same = first.get(key);
    if (same === undefined) first.set(key, node);
    return same?.outputs ?? null;
  });
}
