/**
 * Nodes that no output depends on go.
 *
 * @module
 */

import type { OnnxGraph, OnnxNode, OnnxValue } from "../graph.ts";

/** Takes away what no output depends on. */
export function dropDeadNodes(graph: OnnxGraph): void {
  const used = new Set<OnnxValue>(graph.outputs.map(({ value }) => value));
  const living: OnnxNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => used.has(output))) continue;
    living.push(node);
    for (const input of node.inputs) if (input !== null) used.add(input);
  }
  graph.nodes = living.reverse();
}
