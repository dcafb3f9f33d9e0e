/**
 * Tracing: the same operations on symbolic tensors leave a graph of their names, attributes and
 * shapes. Summaries, pictures and exporters read it.
 *
 * @module
 */

import type { Composite } from "./dispatch.ts";
import { runtime } from "./runtime.ts";
import type { Tensor } from "./tensor.ts";

/** One operation in a traced graph, or one of its inputs. */
export class TraceNode {
  /** The symbolic results. */
  outputs: readonly Tensor[] = [];
  /** The path of the module that was running, such as `["encoder", "dense_1"]`. */
  readonly modulePath: readonly string[];

  /** Made while tracing. */
  constructor(
    /** A primitive, a composite, `"input"`, or `"layer"` for the call of a layer outside all others. */
    readonly operation: string,
    /** Symbolic tensors, and tensors with values: parameters and constants. */
    readonly inputs: readonly Tensor[],
    /** Its attributes. */
    readonly attributes: unknown,
    /** For a composite: the results of its definition, traced on the same inputs. */
    readonly expansion: readonly Tensor[] | null,
    /** The composite itself, where it is one. */
    readonly composite: Composite | null = null,
  ) {
    this.modulePath = [...path];
  }
}

const path: string[] = [];

/** Runs a module's computation under its name, so that traced operations know where they belong. */
export function inModule<T>(name: string, run: () => T): T {
  path.push(name);
  const { profiler } = runtime();
  try {
    return profiler === null ? run() : profiler.module(name, run);
  } finally {
    path.pop();
  }
}

/** Runs a part of a step that is no module, such as the loss, under its name, so that profiles know where its time went. */
export function inSection<T>(name: string, run: () => T): T {
  const { profiler } = runtime();
  return profiler === null ? run() : profiler.section(name, run);
}

/** Every node that some tensors depend on, each after the nodes that it depends on. */
export function traceOrder(results: readonly Tensor[]): TraceNode[] {
  const done = new Set<TraceNode>();
  const stack: { node: TraceNode; next: number }[] = [];
  const begun = new Set<TraceNode>();
  const visit = (tensor: Tensor): void => {
    const node = tensor.source;
    if (node === null || begun.has(node)) return;
    begun.add(node);
    stack.push({ node, next: 0 });
  };
  for (const result of results) {
    visit(result);
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next < top.node.inputs.length) visit(top.node.inputs[top.next++]);
      else {
        done.add(top.node);
        stack.pop();
      }
    }
  }
  return [...done];
}
