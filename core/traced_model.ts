/**
 * A whole model as a graph of operations: what exporters and pictures are made from.
 *
 * @module
 */

import { withoutRecording } from "./dispatch.ts";
import { stateError } from "./errors.ts";
import type { AnyLayer } from "./exporter.ts";
import { specsOf, symbolicInputs } from "./input_signature.ts";
import { withoutCalls } from "./layer.ts";
import { uniqueNames } from "./names.ts";
import { type Nested, nestEntries, tensorsOf } from "./nested.ts";
import type { Dim } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { type TraceNode, traceOrder } from "./trace.ts";

/** A symbolic tensor and what it is called. */
export interface NamedTensor {
  /** Unique among the inputs, or among the outputs. */
  readonly name: string;
  /** The tensor. */
  readonly tensor: Tensor;
}

/** A model as a graph, in inference. */
export interface TracedModel {
  /** What it takes, in the order in which it is given. */
  readonly inputs: readonly NamedTensor[];
  /** What it gives. */
  readonly outputs: readonly NamedTensor[];
  /** Every operation that an output depends on, each after those that it depends on. */
  readonly order: readonly TraceNode[];
}

/**
 * Traces a model or layer in inference, on inputs of the shapes that it was built for. Weights stand in the graph as the
 * variables that they are.
 *
 * @throws {Error} When the model is not built.
 */
export function traceModel(model: AnyLayer, options: { batch?: Dim } = {}): TracedModel {
  const { inputSignature } = model;
  if (inputSignature === null) {
    throw stateError(
      "trace.unbuilt",
      `Cannot trace ${model.name} as its input is not known yet: give the first layer an inputShape, or call the model once`,
    );
  }
  const inputs = symbolicInputs(inputSignature, options.batch ?? null);
  const outputs: Nested = withoutRecording(() =>
    withoutCalls(() => model.apply(inputs, { training: false }))
  );
  const tensors = tensorsOf(inputs);
  const results = nestEntries<Tensor>(outputs);
  const names = uniqueNames(
    results.map(([key, { source }]) => typeof key === "string" ? key : makerOf(source, model)),
  );
  return {
    inputs: specsOf(inputSignature).map(({ name }, i) => ({ name, tensor: tensors[i] })),
    outputs: results.map(([, tensor], i) => ({ name: names[i], tensor })),
    order: traceOrder(results.map(([, tensor]) => tensor)),
  };
}

/** The name of the layer, directly in the model, that an output came from. */
function makerOf(source: TraceNode | null, model: AnyLayer): string {
  const [, inner] = source?.modulePath ?? [];
  return inner ?? model.name;
}
