/**
 * What nodes and values are called in the file.
 *
 * @module
 */

import { Names } from "../../../core/names.ts";
import { constantsOf, type OnnxGraph, type OnnxNode, type OnnxValue } from "./graph.ts";

/** The names of all that is in a graph. */
export interface GraphNames {
  readonly nodes: ReadonlyMap<OnnxNode, string>;
  readonly values: ReadonlyMap<OnnxValue, string>;
}

/**
 * Names everything once: inputs and outputs as the graph has them, weights by their paths, nodes by layer and operator,
 * such as `encoder/dense/Gemm`.
 */
export function namesOf(graph: OnnxGraph): GraphNames {
  const values = new Map<OnnxValue, string>();
  const nodes = new Map<OnnxNode, string>();
  const taken = new Names();
  for (const { name, value } of [...graph.inputs, ...graph.outputs]) {
    values.set(value, name);
    taken.add(name);
  }
  const constants = constantsOf(graph);
  for (const value of constants) if (value.hint !== null) values.set(value, taken.take(value.hint));
  for (const value of constants) if (value.hint === null) values.set(value, taken.take("constant"));
  for (const node of graph.nodes) {
    // The first part is the name of the model itself.
    const name = taken.take([...node.path.slice(1), node.op].join("/"));
    nodes.set(node, name);
    for (const output of node.outputs) {
      if (!values.has(output)) values.set(output, taken.take(`${name}_output`));
    }
  }
  return { nodes, values };
}
