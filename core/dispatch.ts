/**
 * How an operation runs: its result's shape is inferred; on symbolic inputs it is traced, otherwise the
 * backend's kernel computes it (or the reference kernel, counted as a fallback), and, while recording,
 * a node is left for the gradients.
 *
 * @module
 */

import type { Backend, Kernel } from "./backend.ts";
import { bytesPerElement, type DType, isFloating, type TypedArray } from "./dtype.ts";
import { errors, stateError, typeError } from "./errors.ts";
import { type CompositeGradient, GraphNode } from "./graph.ts";
import {
  inference,
  isPrimitive,
  type Meta,
  type Primitive,
  type PrimitiveAttributes,
} from "./primitives.ts";
import { runtime } from "./runtime.ts";
import { adopt, tidy } from "./scope.ts";
import { type Dims, type Shape, sizeOf } from "./shape.ts";
import { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";
import { TraceNode } from "./trace.ts";

/** How {@linkcode Tensor} is constructed; handed in by its own file, which stands above this one. */
interface TensorClass {
  new (dims: Dims, dtype: DType, storage: Storage | null): Tensor;
}

let TensorClass: TensorClass;

/** Called once by the file that defines the class. */
export function bindTensorClass(constructor: TensorClass): void {
  TensorClass = constructor;
}

/** Says whether a value is a tensor. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof (TensorClass as unknown as new () => Tensor);
}

/** An operation written in terms of others, which a backend may fuse and an exporter may recognise by name. */
// deno-lint-ignore no-explicit-any -- the attributes of each composite are its own
export interface Composite<Attributes = any> {
  /** The name that kernels and exporters look for; of the form `package>name` outside the framework. */
  readonly name: string;
  /** The definition, in other operations. */
  readonly compose: (inputs: readonly Tensor[], attributes: Attributes) => Tensor[];
  /** Shapes and dtypes of the results; without it no backend can fuse the composite. */
  readonly infer?: (inputs: readonly Meta[], attributes: Attributes) => Meta[];
  /** The gradient rule; without it the operations of the definition are recorded one by one. */
  readonly gradient?: CompositeGradient<Attributes>;
  /** Fused kernels by the name of the backend, for backends that bring none of that name themselves. */
  readonly kernels?: Readonly<Record<string, Kernel<Attributes>>>;
  /** How exporters write it, by the name of the exporter, in a form of the exporter's own; see `OnnxLowering`. */
  readonly lowerings?: Readonly<Record<string, unknown>>;
}

/** Checks a composite's types; returns it. */
export function defineComposite<Attributes>(
  composite: Composite<Attributes>,
): Composite<Attributes> {
  return composite;
}

/** An uninitialised tensor on a backend. */
export function allocateTensor(
  backend: Backend,
  shape: Shape,
  dtype: DType,
  origin: string,
): Tensor {
  const byteLength = sizeOf(shape) * bytesPerElement(dtype);
  if (byteLength > Number.MAX_SAFE_INTEGER) throw errors.tooLarge(origin, shape);
  const storage = new Storage(backend, backend.allocate(byteLength), byteLength, origin);
  const tensor = new TensorClass(shape, dtype, storage);
  adopt(tensor);
  return tensor;
}

/** A tensor of the given values, which are copied. */
export function tensorFrom(
  values: TypedArray,
  shape: Shape,
  dtype: DType,
  origin = "tensor",
  backend: Backend = runtime().backend,
): Tensor {
  const tensor = allocateTensor(backend, shape, dtype, origin);
  const { profiler } = runtime();
  if (profiler === null) backend.write(tensor.storage, values);
  else {
    const outputs = [tensor];
    profiler.work(
      { name: origin, runsAs: "copy", backend, inputs: [], outputs, allocates: true },
      () => backend.write(tensor.storage, values),
    );
  }
  return tensor;
}

/** Another tensor on the same memory. */
export function shareStorage(tensor: Tensor, shape: Shape): Tensor {
  const shared = new TensorClass(shape, tensor.dtype, tensor.storage.retain());
  adopt(shared, tensor);
  return shared;
}

/** A tensor of known shape and dtype without values, the result of a traced operation. */
export function symbolicTensor(dims: Dims, dtype: DType, source: TraceNode): Tensor {
  const tensor = new TensorClass(dims, dtype, null);
  tensor.source = source;
  return tensor;
}

/** Runs a primitive. */
export function apply<P extends Primitive>(
  primitive: P,
  inputs: readonly Tensor[],
  attributes: PrimitiveAttributes[P],
): Tensor {
  const meta = inference[primitive](inputs, attributes);
  if (inputs.some((input) => input.isSymbolic)) {
    return trace(primitive, inputs, attributes, [meta])[0];
  }
  const backend = commonBackend(primitive, inputs);
  let output: Tensor;
  if (primitive === "reshape") {
    output = shareStorage(inputs[0], meta.dims as Shape);
  } else {
    output = allocateTensor(backend, meta.dims as Shape, meta.dtype, primitive);
    runKernel(backend, primitive, inputs, [output], attributes);
  }
  record(primitive, inputs, [output], attributes, null);
  return output;
}

/** Runs a composite: by the backend's fused kernel where there is one, else by its definition. */
export function applyComposite<Attributes>(
  composite: Composite<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
): Tensor[] {
  if (inputs.some((input) => input.isSymbolic)) {
    return traceComposite(composite, inputs, attributes);
  }
  const needsGradient = runtime().recording && inputs.some((input) => input.requiresGrad);
  if (needsGradient && composite.gradient === undefined) {
    return compose(composite, inputs, attributes);
  }
  const outputs = runFused(composite, inputs, attributes) ??
    (needsGradient
      ? withoutRecording(() => tidy(() => compose(composite, inputs, attributes)))
      : tidy(() => compose(composite, inputs, attributes)));
  if (needsGradient) {
    // A definition may return an input as it is; the node's outputs must be tensors of its own.
    for (let i = 0; i < outputs.length; i++) {
      if (outputs[i].node !== null || inputs.includes(outputs[i])) {
        outputs[i] = shareStorage(outputs[i], outputs[i].shape);
      }
    }
    record(
      composite.name,
      inputs,
      outputs,
      attributes,
      composite.gradient as CompositeGradient<unknown>,
    );
  }
  return outputs;
}

/**
 * An update of variables: a composite that computes their next values, of which result `i` becomes the value of variable
 * `i`. The variables are its first inputs.
 */
// deno-lint-ignore no-explicit-any -- updates by any rule stand in one list
export interface Update<Attributes = any> {
  /** The composite. */
  readonly rule: Composite<Attributes>;
  /** What is updated. */
  readonly variables: readonly Tensor[];
  /** What else the rule takes. */
  readonly inputs: readonly Tensor[];
  /** The attributes of the rule. */
  readonly attributes: Attributes;
}

/** Updates variables. A fused kernel writes in place where nobody else sees the memory. */
export function update<Attributes>(
  rule: Composite<Attributes>,
  variables: readonly Tensor[],
  inputs: readonly Tensor[],
  attributes: Attributes,
): void {
  const one = { rule, variables, inputs, attributes };
  const kernel = kernelInPlace(one);
  if (kernel === null) updateComposed(one);
  else updateInPlace(kernel, [one]);
}

/** Updates variables as {@linkcode update} does, one after the other; a kernel may do many of them in one call. */
export function updateAll(updates: readonly Update[]): void {
  const together = new Map<Kernel, Update[]>();
  const seen = new Set<Tensor>();
  const runAll = (): void => {
    for (const [kernel, group] of together) updateInPlace(kernel, group);
    together.clear();
    seen.clear();
  };
  for (const one of updates) {
    const kernel = kernelInPlace(one);
    if (kernel === null || one.variables.some((variable) => seen.has(variable))) runAll();
    if (kernel === null) {
      updateComposed(one);
      continue;
    }
    const group = together.get(kernel);
    if (group === undefined) together.set(kernel, [one]);
    else group.push(one);
    for (const variable of one.variables) seen.add(variable);
  }
  runAll();
}

function updateComposed({ rule, variables, inputs, attributes }: Update): void {
  withoutRecording(() =>
    tidy(() => {
      const values = applyComposite(rule, [...variables, ...inputs], attributes);
      variables.forEach((variable, i) => variable.replaceStorage(values[i]));
    })
  );
}

/** The fused kernel that can update variables in place, if there is one. */
function kernelInPlace({ rule, variables, inputs, attributes }: Update): Kernel | null {
  const all = [...variables, ...inputs];
  const kernel = fusedKernel(commonBackend(rule.name, all), rule);
  const fits = kernel !== undefined && variables.every((v) => v.storage.exclusive) &&
    (kernel.accepts === undefined || kernel.accepts(all, attributes));
  return fits ? kernel : null;
}

function updateInPlace(kernel: Kernel, updates: readonly Update[]): void {
  const { name } = updates[0].rule;
  const calls = updates.map(({ variables, inputs, attributes }) => ({
    inputs: [...variables, ...inputs],
    outputs: variables,
    attributes,
  }));
  if (kernel.runAll !== undefined && calls.length > 1) {
    const [inputs, outputs] = [
      calls.flatMap((call) => call.inputs),
      calls.flatMap((call) => call.outputs),
    ];
    timed("kernel", name, inputs, outputs, false, () => kernel.runAll!(calls));
  } else {
    for (const { inputs, outputs, attributes } of calls) {
      launch(kernel, "kernel", name, inputs, outputs, attributes, false);
    }
  }
  for (const { variables } of updates) for (const variable of variables) variable.version++;
}

/** Runs a function without recording for gradients. */
export function withoutRecording<T>(run: () => T): T {
  return withRecording(false, run);
}

/** Runs a function with recording switched on or off. */
export function withRecording<T>(recording: boolean, run: () => T): T {
  const active = runtime();
  const before = active.recording;
  active.recording = recording;
  try {
    return run();
  } finally {
    active.recording = before;
  }
}

/** The backend on which all inputs live. */
function commonBackend(operation: string, inputs: readonly Tensor[]): Backend {
  if (inputs.length === 0) return runtime().backend;
  const backend = inputs[0].storage.backend;
  for (let i = 1; i < inputs.length; i++) {
    const other = inputs[i].storage.backend;
    if (other !== backend) {
      throw stateError(
        "backend.mixed",
        `Cannot run "${operation}" as its tensors live on different backends: current backends are "${backend.name}" and ` +
          `"${other.name}"; move one with to("${backend.name}"), or a whole model with model.to("${backend.name}")`,
      );
    }
  }
  return backend;
}

function runKernel(
  backend: Backend,
  primitive: Primitive,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  attributes: unknown,
): void {
  const own = backend.kernels.get(primitive);
  if (own !== undefined && (own.accepts === undefined || own.accepts(inputs, attributes))) {
    launch(own, "kernel", primitive, inputs, outputs, attributes);
  } else {
    const stead = referenceKernel(backend, primitive);
    launch(stead, "fallback", primitive, inputs, outputs, attributes);
  }
}

/** Runs a kernel, on outputs that were made for it or on variables in place. */
function launch(
  kernel: Kernel,
  runsAs: "kernel" | "fallback",
  name: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  attributes: unknown,
  allocates = true,
): void {
  if (runtime().profiler === null) kernel.run(inputs, outputs, attributes);
  else {timed(runsAs, name, inputs, outputs, allocates, () =>
      kernel.run(inputs, outputs, attributes));}
}

/** Runs a kernel; a profile tells what it takes. */
function timed(
  runsAs: "kernel" | "fallback",
  name: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  allocates: boolean,
  run: () => void,
): void {
  const { profiler } = runtime();
  if (profiler === null) run();
  else {profiler.work(
      { name, runsAs, backend: outputs[0].backend, inputs, outputs, allocates },
      run,
    );}
}

/** Writes a composite out in other operations. */
function compose<Attributes>(
  composite: Composite<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
): Tensor[] {
  const { profiler } = runtime();
  return profiler === null
    ? composite.compose(inputs, attributes)
    : profiler.compose(composite.name, () => composite.compose(inputs, attributes));
}

/** The kernel that stands in where a backend has none; its use is counted. */
function referenceKernel(backend: Backend, primitive: Primitive): Kernel {
  if (backend.view === undefined) {
    throw stateError(
      "backend.kernel",
      `Cannot run "${primitive}" as the backend "${backend.name}" has no kernel for it and its memory cannot be read in ` +
        `place: use another backend`,
    );
  }
  backend.fallbacks.set(primitive, (backend.fallbacks.get(primitive) ?? 0) + 1);
  return runtime().backendNamed("reference").kernels.get(primitive)!;
}

function fusedKernel(backend: Backend, { name, kernels }: Composite): Kernel | undefined {
  const own = backend.kernels.get(name);
  if (own !== undefined || kernels === undefined) return own;
  const known = backend.kernelNames.find((backendName) => Object.hasOwn(kernels, backendName));
  return known === undefined ? undefined : kernels[known];
}

function runFused<Attributes>(
  composite: Composite<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
): Tensor[] | null {
  if (composite.infer === undefined) return null;
  const backend = commonBackend(composite.name, inputs);
  const kernel = fusedKernel(backend, composite);
  if (kernel === undefined) return null;
  if (kernel.accepts !== undefined && !kernel.accepts(inputs, attributes)) return null;
  const outputs = composite.infer(inputs, attributes).map(({ dims, dtype }) =>
    allocateTensor(backend, dims as Shape, dtype, composite.name)
  );
  launch(kernel, "kernel", composite.name, inputs, outputs, attributes);
  return outputs;
}

function record(
  operation: string,
  inputs: readonly Tensor[],
  outputs: Tensor[],
  attributes: unknown,
  gradient: CompositeGradient<unknown> | null,
): void {
  const active = runtime();
  if (!active.recording) return;
  if (!inputs.some((input) => input.requiresGrad)) return;
  if (!outputs.some((output) => isFloating(output.dtype))) return;
  const node = new GraphNode(operation, inputs, outputs, attributes, gradient);
  active.profiler?.recorded(node);
  for (const output of outputs) {
    if (!isFloating(output.dtype)) continue;
    output.node = node;
    output.requiresGrad = true;
  }
}

function trace(
  operation: string,
  inputs: readonly Tensor[],
  attributes: unknown,
  metas: readonly Meta[],
  expansion: readonly Tensor[] | null = null,
  composite: Composite | null = null,
): Tensor[] {
  const node = new TraceNode(operation, inputs, attributes, expansion, composite);
  node.outputs = metas.map(({ dims, dtype }) => symbolicTensor(dims, dtype, node));
  return [...node.outputs];
}

/** The composite becomes one node; its definition is traced too and hangs on the node as its expansion. */
function traceComposite<Attributes>(
  composite: Composite<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
): Tensor[] {
  const expansion = composite.compose(inputs, attributes);
  return trace(composite.name, inputs, attributes, expansion, expansion, composite);
}

/** Checks that a name may be given to a composite. */
export function checkCompositeName(name: string): string {
  if (isPrimitive(name)) {
    throw typeError(
      "composite.name",
      `Cannot define the composite "${name}" as a primitive has that name: choose another`,
    );
  }
  return name;
}
