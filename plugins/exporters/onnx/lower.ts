/**
 * From the trace of a model to a graph of ONNX nodes.
 *
 * @module
 */

import type { Composite } from "../../../core/dispatch.ts";
import { rangeError } from "../../../core/errors.ts";
import { isPrimitive, type Primitive } from "../../../core/primitives.ts";
import type { Storage } from "../../../core/storage.ts";
import type { Tensor } from "../../../core/tensor.ts";
import type { TraceNode } from "../../../core/trace.ts";
import type { TracedModel } from "../../../core/traced_model.ts";
import { OnnxBuilder, type OnnxGraph, OnnxValue } from "./graph.ts";
import type { OnnxLowering, Rule } from "./lowering.ts";
import { compositeLowerings } from "./lowerings/composites.ts";
import { primitiveRules } from "./lowerings/primitives.ts";

/** The name by which composites bring lowerings for this format. */
const FORMAT = "onnx";

/**
 * The graph of a traced model.
 *
 * @param names What weights are called, by the memory that they lie in.
 * @throws {RangeError} When an operation cannot be written; the message names it and its layer.
 */
export function lowerModel(
  traced: TracedModel,
  names: ReadonlyMap<Storage, string>,
  opset: number,
): OnnxGraph {
  const lowerer = new Lowerer(names, opset);
  const inputs = traced.inputs.map(({ name, tensor }) => ({ name, value: lowerer.input(tensor) }));
  const outputs = traced.outputs.map(({ name, tensor }) => ({
    name,
    value: lowerer.valueOf(tensor),
  }));
  return { opset, inputs, outputs, nodes: lowerer.to.nodes };
}

class Lowerer {
  readonly to: OnnxBuilder;
  readonly #names: ReadonlyMap<Storage, string>;
  readonly #values = new Map<Tensor, OnnxValue>();
  /** The layer of what is being lowered. */
  #path: readonly string[] = [];

  constructor(names: ReadonlyMap<Storage, string>, opset: number) {
    this.#names = names;
    this.to = new OnnxBuilder(opset);
  }

  /** The value of an input. */
  input(tensor: Tensor): OnnxValue {
    const value = new OnnxValue(tensor.dims, tensor.dtype);
    this.#values.set(tensor, value);
    return value;
  }

  /** The value of a tensor; what it depends on is lowered first. */
  valueOf(tensor: Tensor): OnnxValue {
    this.#lower([tensor]);
    return this.#known(tensor);
  }

  #known(tensor: Tensor): OnnxValue {
    const known = this.#values.get(tensor);
    if (known !== undefined) return known;
    const value = new OnnxValue(tensor.dims, tensor.dtype, tensor.detach());
    value.hint = this.#names.get(tensor.storage) ?? null;
    this.#values.set(tensor, value);
    return value;
  }

  /** Lowers what the tensors depend on, without recursion: models may be deep. */
  #lower(results: readonly Tensor[]): void {
    const isOpen = (tensor: Tensor): boolean => tensor.isSymbolic && !this.#values.has(tensor);
    const stack = results.filter(isOpen).map(({ source }) => source!);
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      const before = node.inputs.filter(isOpen).map(({ source }) => source!);
      if (before.length > 0) {
        // Reversed: the first input is lowered first, as it was computed.
        stack.push(...before.reverse());
        continue;
      }
      stack.pop();
      if (node.outputs.some(isOpen)) this.#lowerNode(node);
    }
  }

  #lowerNode(node: TraceNode): void {
    const around = this.#path;
    // What a rule is composed of belongs to the layer of the operation that it stands for.
    if (node.modulePath.length > 0) this.#path = node.modulePath;
    this.to.path = this.#path;
    const values = this.#written(node) ?? this.#expanded(node);
    node.outputs.forEach((output, i) => this.#values.set(output, values[i]));
    this.#path = around;
    this.to.path = around;
  }

  /** The results of a node that ONNX has a form for. */
  #written(node: TraceNode): readonly OnnxValue[] | null {
    const lowering = loweringOf(node);
    if (lowering === undefined) return null;
    const inputs = node.inputs.map((input) => this.#known(input));
    const results = lowering(this.to, inputs, node.attributes, node.outputs);
    return results === null ? null : [results].flat();
  }

  /** The results of a node by its definition. */
  #expanded(node: TraceNode): OnnxValue[] {
    const { operation, inputs, attributes, expansion } = node;
    const results = expansion ?? ruleOf(operation)?.compose?.(inputs, attributes);
    if (results === undefined) throw noLowering(node, this.to);
    return [results].flat().map((result) => this.valueOf(result));
  }
}

function ruleOf(operation: string): Rule<unknown> | null {
  if (!isPrimitive(operation)) return null;
  const rule: Rule<never> = primitiveRules[operation as Primitive];
  return rule as Rule<unknown>;
}

function loweringOf({ operation, composite }: TraceNode): OnnxLowering<unknown> | undefined {
  const own = (composite as Composite | null)?.lowerings?.[FORMAT];
  if (own !== undefined) return own as OnnxLowering<unknown>;
  return composite === null ? ruleOf(operation)?.lower : compositeLowerings[operation];
}

function noLowering({ operation }: TraceNode, { opset, path }: OnnxBuilder): RangeError {
  const place = path.length === 0 ? "the model" : `the layer ${path.join("/")}`;
  const why = ruleOf(operation)?.without ?? "ONNX has no form of it";
  return rangeError(
    "onnx.lowering",
    `Cannot export ${place} as its operation "${operation}" cannot be written in ONNX: ${why}; current opset is ` +
      `${opset}; use another operation, or put it into a composite that brings lowerings: { onnx: … }`,
  );
}
