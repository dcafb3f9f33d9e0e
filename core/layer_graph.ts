/**
 * The graph of a functional model: calls of layers, and operations between them, from inputs to outputs. It is found
 * once, ordered, and run as a flat list of steps.
 *
 * @module
 */

import { apply, applyComposite, isTensor } from "./dispatch.ts";
import { errors, rangeError, show, stateError, typeError } from "./errors.ts";
import type { AnyLayer } from "./exporter.ts";
import { InputNode } from "./input_layer.ts";
import type { InputSignature, InputSpec } from "./input_signature.ts";
import { LayerCall } from "./layer_call.ts";
import type { CallContext } from "./module.ts";
import { uniqueNames } from "./names.ts";
import { copyOfNest, type Nested, nestEntries, nestLike, tensorsOf } from "./nested.ts";
import { expandDims, squeeze } from "./ops/mod.ts";
import { asDType } from "./ops/operand.ts";
import type { Primitive, PrimitiveAttributes } from "./primitives.ts";
import { type Dims, formatShape, mayBeSame } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { type TraceNode, traceOrder } from "./trace.ts";
import { Variable } from "./variable.ts";

/** One node at work: it reads values and leaves its own. */
type Step = (values: Tensor[], context: CallContext) => void;

/** What lies between inputs and outputs. */
export class LayerGraph {
  /** The symbolic inputs. */
  readonly inputs: Nested;
  /** The symbolic outputs. */
  readonly outputs: Nested;
  /** The nodes, each after those that it depends on. */
  readonly nodes: readonly TraceNode[];
  /** The layers in the order of the graph, those of the inputs included, each once. */
  readonly layers: readonly AnyLayer[];
  /** The variables that operations between layers use, and no layer has. */
  readonly variables: readonly Variable[];
  /** The values that operations between layers use. */
  readonly constants: readonly Tensor[];
  readonly #owner: { readonly name: string };
  readonly #inputs: readonly Tensor[];
  readonly #steps: readonly Step[];
  readonly #inputSlots: readonly number[];
  readonly #outputSlots: readonly number[];
  /** What stands in a slot from the beginning. */
  readonly #fixed: { slot: number; value: Tensor }[];

  /** Finds the graph; `owner` is what errors call the model. */
  constructor(owner: { readonly name: string }, inputs: Nested, outputs: Nested) {
    this.#owner = owner;
    const inputNodes = this.#checkedInputs(inputs);
    const results = this.#checkedOutputs(outputs);
    this.inputs = copyOfNest(inputs);
    this.outputs = copyOfNest(outputs);
    this.#inputs = tensorsOf(this.inputs);
    this.nodes = byDepth(traceOrder(results), inputNodes);
    this.#checkConnected(inputNodes);
    this.layers = layersOf(this.nodes);
    const leaves = this.#leaves();
    const owned = new Set(this.layers.flatMap((layer) => layer.weights));
    this.variables = leaves.filter((leaf): leaf is Variable =>
      leaf instanceof Variable && !owned.has(leaf)
    );
    this.constants = leaves.filter((leaf) => !leaf.isVariable).map((leaf) => leaf.keep());

    const slots = new Map<Tensor, number>();
    const slotOf = (tensor: Tensor): number => {
      const slot = slots.get(tensor) ?? slots.size;
      slots.set(tensor, slot);
      return slot;
    };
    this.#inputSlots = this.#inputs.map(slotOf);
    this.#fixed = leaves.map((value) => ({ slot: slotOf(value), value }));
    this.#steps = this.nodes.flatMap((node) =>
      node instanceof InputNode ? [] : stepOf(node, slotOf)
    );
    this.#outputSlots = results.map(slotOf);
  }

  // Finding it.

  #checkedInputs(inputs: Nested): InputNode[] {
    const entries = this.#entries("inputs", inputs);
    const nodes = entries.map(([key, tensor]) => {
      if (isTensor(tensor) && tensor.source instanceof InputNode) return tensor.source;
      throw typeError(
        "model.inputs",
        `Cannot make the model ${this.#owner.name} as ${place("input", key)} is ${
          isTensor(tensor) && tensor.isSymbolic ? "what a layer or an operation gave" : show(tensor)
        }: give what Input({ shape }) returns`,
      );
    });
    if (new Set(nodes).size === nodes.length) return nodes;
    throw rangeError(
      "model.inputs",
      `Cannot make the model ${this.#owner.name} as one Input stands twice among its inputs: give each once`,
    );
  }

  #checkedOutputs(outputs: Nested): Tensor[] {
    return this.#entries("outputs", outputs).map(([key, tensor]) => {
      if (isTensor(tensor) && tensor.isSymbolic) return tensor;
      throw typeError(
        "model.outputs",
        `Cannot make the model ${this.#owner.name} as ${
          place("output", key)
        } does not come from its inputs: current output is ${
          show(tensor)
        }; apply layers to Input({ shape })`,
      );
    });
  }

  #entries(what: string, nest: unknown): [string | number | null, Tensor][] {
    const isNest = typeof nest === "object" && nest !== null;
    const entries = isNest ? nestEntries<Tensor>(nest as Nested) : [];
    if (entries.length > 0) return entries;
    throw typeError(
      `model.${what}`,
      `Cannot make the model ${this.#owner.name} as its ${what} are ${
        show(nest)
      }: give a symbolic tensor, a list or a record of them`,
    );
  }

  #checkConnected(inputNodes: readonly InputNode[]): void {
    const known = new Set<TraceNode>(inputNodes);
    const missing = this.nodes.filter((node) => node.operation === "input" && !known.has(node));
    if (missing.length === 0) return;
    const names = missing.map(({ attributes }) => `"${(attributes as { name: string }).name}"`);
    throw rangeError(
      "model.disconnected",
      `Cannot make the model ${this.#owner.name} as its outputs depend on the Input ${
        names.join(" and ")
      }, which is not among its inputs: add it to inputs`,
    );
  }

  /** The tensors with values that nodes use, each once. */
  #leaves(): Tensor[] {
    const found = new Set<Tensor>();
    for (const { inputs, operation } of this.nodes) {
      for (const input of inputs) {
        if (input.isSymbolic) continue;
        if (input.requiresGrad && !input.isVariable) {
          throw stateError(
            "model.constant",
            `Cannot make the model ${this.#owner.name} as "${operation}" uses what was computed from a Parameter before the ` +
              `model runs, by ${input.origin}: training would not see it; compute it in the forward of a layer`,
          );
        }
        found.add(input);
      }
    }
    return [...found];
  }

  // What it takes and gives.

  /** What it takes. */
  get signature(): InputSignature {
    const names = this.#inputNames;
    const specs = this.#inputs.map(({ dims, dtype }, i): InputSpec => ({
      name: names[i],
      dims,
      dtype,
    }));
    return nestLike(this.inputs, specs);
  }

  /** As in the record, or after the layers, by the names that they have now: joining another model may change them. */
  get #inputNames(): string[] {
    return nestEntries<Tensor>(this.inputs).map(([key, { source }]) =>
      typeof key === "string" ? key : (source as InputNode).layer.name
    );
  }

  /** What the outputs are called: as in the record, or after the layers that gave them. */
  get outputNames(): string[] {
    return uniqueNames(
      nestEntries<Tensor>(this.outputs).map(([key, { source }]) =>
        typeof key === "string" ? key : nameOfNode(source!)
      ),
    );
  }

  // Running it.

  /** The outputs for inputs: by place or by name, as the inputs of the model are listed. */
  run(inputs: Nested, context: CallContext): Nested {
    const given = this.#inOrder(inputs);
    const values: Tensor[] = [];
    for (let i = 0; i < given.length; i++) {
      values[this.#inputSlots[i]] = this.#fitting(given[i], i);
    }
    const backend = given[0].isSymbolic ? null : given[0].backend;
    for (const entry of this.#fixed) {
      const { slot, value } = entry;
      if (backend !== null && !value.isVariable && value.backend !== backend) {
        entry.value = value.to(backend).keep();
      }
      values[slot] = entry.value;
    }
    for (const step of this.#steps) step(values, context);
    const outputs = this.#outputSlots;
    return outputs.length === 1 && isTensor(this.outputs)
      ? values[outputs[0]]
      : nestLike(this.outputs, outputs.map((slot) => values[slot]));
  }

  #inOrder(inputs: Nested): readonly Tensor[] {
    if (typeof inputs !== "object" || inputs === null) {
      throw typeError(
        "model.inputKind",
        `Cannot apply the model ${this.#owner.name} as it takes ${listed(this.#inputNames)}: ${
          show(inputs)
        } was given`,
      );
    }
    const isRecord = !isTensor(inputs) && !Array.isArray(inputs);
    const given = isRecord ? this.#byName(inputs) : tensorsOf(inputs);
    if (given.length === this.#inputs.length) return given;
    throw rangeError(
      "model.inputCount",
      `Cannot apply the model ${this.#owner.name} as it takes ${
        listed(this.#inputNames)
      }: ${given.length} ${given.length === 1 ? "was" : "were"} given`,
    );
  }

  #byName(inputs: Nested): Tensor[] {
    const record = inputs as Readonly<Record<string, Tensor>>;
    const names = this.#inputNames;
    const missing = names.filter((name) => !Object.hasOwn(record, name));
    const extra = Object.keys(record).filter((name) => !names.includes(name));
    if (missing.length === 0 && extra.length === 0) return names.map((name) => record[name]);
    const faults = [
      ...(missing.length > 0 ? [`missing: ${missing.join(", ")}`] : []),
      ...(extra.length > 0 ? [`unknown: ${extra.join(", ")}`] : []),
    ];
    throw rangeError(
      "model.inputNames",
      `Cannot apply the model ${this.#owner.name} as it takes ${listed(names)}; ${
        faults.join("; ")
      }`,
    );
  }

  /** The tensor in the rank and dtype of the input: an axis of size 1 at the end comes or goes, as in Keras. */
  #fitting(given: Tensor, i: number): Tensor {
    if (!isTensor(given)) {
      throw typeError(
        "model.inputKind",
        `Cannot apply the model ${this.#owner.name} as its input "${
          this.#inputNames[i]
        }" must be a tensor: current input is ${show(given)}; make one by tensor(…)`,
      );
    }
    const { dims, dtype } = this.#inputs[i];
    const x = mayBeSame(given.dims, dims) ? given : alignedTo(given, dims);
    if (mayBeSame(x.dims, dims)) return asDType(x, dtype);
    throw errors.shapes(
      `apply the model ${this.#owner.name}`,
      `its input "${this.#inputNames[i]}" must have the shape ${formatShape(dims)}`,
      given.dims,
    );
  }
}

function alignedTo(x: Tensor, dims: Dims): Tensor {
  const last = dims[dims.length - 1];
  if (x.ndim === dims.length + 1 && x.dims[x.ndim - 1] === 1) return squeeze(x, -1);
  return x.ndim > 0 && x.ndim === dims.length - 1 && last === 1 ? expandDims(x, -1) : x;
}

function listed(names: readonly string[]): string {
  const list = names.map((name) => `"${name}"`).join(", ");
  return names.length === 1 ? `one input, ${list}` : `${names.length} inputs, ${list}`;
}

function place(what: string, key: string | number | null): string {
  if (key === null) return `its ${what}`;
  return typeof key === "number" ? `${what} ${key}` : `the ${what} "${key}"`;
}

/** What a node is called: a layer by its name, an operation by its own. */
export function nameOfNode(node: TraceNode): string {
  if (node instanceof LayerCall || node instanceof InputNode) return node.layer.name;
  return node.operation.slice(node.operation.indexOf(">") + 1);
}

/** The nodes by how many others lie between them and the outputs, most first, as Keras orders layers. */
function byDepth(order: readonly TraceNode[], inputNodes: readonly InputNode[]): TraceNode[] {
  const depths = new Map<TraceNode, number>(order.map((node) => [node, 0]));
  for (const node of order.toReversed()) {
    const below = depths.get(node)! + 1;
    for (const { source } of node.inputs) {
      if (source !== null && depths.get(source)! < below) depths.set(source, below);
    }
  }
  for (const node of inputNodes) if (!depths.has(node)) depths.set(node, 0);
  return [...depths].sort(([, a], [, b]) => b - a).map(([node]) => node);
}

function layersOf(nodes: readonly TraceNode[]): AnyLayer[] {
  const layers = nodes.flatMap((node) =>
    node instanceof LayerCall || node instanceof InputNode ? [node.layer] : []
  );
  return [...new Set(layers)];
}

function stepOf(node: TraceNode, slotOf: (tensor: Tensor) => number): Step {
  const from = node.inputs.map(slotOf);
  const to = node.outputs.map(slotOf);
  const [source] = from;
  const [target] = to;
  if (node instanceof LayerCall) {
    const { layer, args, results, training } = node;
    const told = (context: CallContext): CallContext =>
      training === undefined ? context : { training };
    if (isTensor(args) && isTensor(results)) {
      return (values, context) => {
        values[target] = layer.apply(values[source], told(context));
      };
    }
    return (values, context) => {
      const given = nestLike(args, from.map((slot) => values[slot]));
      const outputs = tensorsOf(layer.apply(given, told(context)));
      to.forEach((slot, i) => values[slot] = outputs[i]);
    };
  }
  const { operation, attributes, composite } = node;
  if (composite !== null) {
    return (values) => {
      const outputs = applyComposite(composite, from.map((slot) => values[slot]), attributes);
      to.forEach((slot, i) => values[slot] = outputs[i]);
    };
  }
  const primitive = operation as Primitive;
  return (values) => {
    const inputs = from.map((slot) => values[slot]);
    values[target] = apply(primitive, inputs, attributes as PrimitiveAttributes[Primitive]);
  };
}
