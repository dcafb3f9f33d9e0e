/**
 * Reverse-mode automatic differentiation: from a result back through the recorded graph.
 *
 * @module
 */

import type { Kernel } from "./backend.ts";
import {
  applyComposite,
  checkCompositeName,
  type Composite,
  isTensor,
  shareStorage,
  withoutRecording,
  withRecording,
} from "./dispatch.ts";
import { isFloating } from "./dtype.ts";
import { errors, rangeError, show, stateError, typeError } from "./errors.ts";
import { gradients as rules } from "./gradients.ts";
import type { GraphNode } from "./graph.ts";
import { add, onesLike, stack, tensor, zerosLike } from "./ops/mod.ts";
import type { Meta, Primitive } from "./primitives.ts";
import { runtime } from "./runtime.ts";
import { keep, tidy } from "./scope.ts";
import { formatShape, sameShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Options of `backward()`. */
export interface BackwardOptions {
  /** The gradient of the result itself, shaped like it. @default 1, for a scalar */
  gradient?: Tensor;
  /** Whether the graph stays, for another pass. @default createGraph */
  retainGraph?: boolean;
  /** Whether the gradients are recorded, so that they have gradients. @default false */
  createGraph?: boolean;
}

/** Every node that a result depends on, latest first: a node comes before those it depends on. */
function nodesBehind(result: Tensor): GraphNode[] {
  const found = new Set<GraphNode>();
  const waiting: GraphNode[] = [];
  const visit = (node: GraphNode | null): void => {
    if (node === null || found.has(node)) return;
    found.add(node);
    waiting.push(node);
  };
  visit(result.node);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.isReleased) throw releasedError(node);
    for (const input of node.inputs) {
      // A freed tensor knows no longer how it was made, and the walk would end there: asking for its memory says so.
      if (input.requiresGrad && input.isDisposed) void input.storage;
      visit(input.node);
    }
  }
  return [...found].sort((a, b) => b.id - a.id);
}

/** Calls a node's rule: the gradients of its inputs from those of its outputs. */
function gradientsOf(
  node: GraphNode,
  ofOutputs: readonly (Tensor | null)[],
  needs: readonly boolean[],
): readonly (Tensor | null)[] {
  const changed = node.changedInput;
  if (changed !== null) {
    throw stateError(
      "autograd.changed",
      `Cannot take the gradient of "${node.operation}" as recorded: its input of shape ${
        formatShape(changed.dims)
      } was assigned to since; call backward() before the assignment`,
    );
  }
  const context = {
    inputs: node.inputs,
    outputs: node.outputs,
    attributes: node.attributes,
    needs,
  };
  if (node.gradient !== null) return node.gradient(context, ofOutputs);
  const rule = rules[node.operation as Primitive] as (
    c: typeof context,
    g: Tensor,
  ) => readonly (Tensor | null)[];
  return rule(context, ofOutputs[0]!);
}

interface Walk {
  /** Where the walk begins, and the gradient there. */
  result: Tensor;
  seed: Tensor;
  /** Whether a tensor's gradient is wanted. */
  isTarget(tensor: Tensor): boolean;
  /** Which inputs of a node need a gradient. */
  needs(node: GraphNode): readonly boolean[];
  /** Called with each node that was passed. */
  done?(node: GraphNode): void;
}

/** Walks back from a result; returns the gradient of every target that was reached. */
function walkBack({ result, seed, isTarget, needs, done }: Walk): Map<Tensor, Tensor> {
  const byTensor = new Map<Tensor, Tensor>();
  const accumulate = (tensor: Tensor, gradient: Tensor): void => {
    const before = byTensor.get(tensor);
    byTensor.set(tensor, before === undefined ? gradient : add(before, gradient));
  };
  byTensor.set(result, seed);
  const visit = (node: GraphNode): void => {
    const ofOutputs = node.outputs.map((output) => byTensor.get(output) ?? null);
    if (ofOutputs.some((gradient) => gradient !== null)) {
      const needed = needs(node);
      if (needed.includes(true)) {
        const ofInputs = gradientsOf(node, ofOutputs, needed);
        for (let i = 0; i < node.inputs.length; i++) {
          const gradient = needed[i] ? ofInputs[i] : null;
          if (gradient !== null && gradient !== undefined) {
            checkGradient(node, i, gradient);
            accumulate(node.inputs[i], gradient);
          }
        }
      }
      for (const output of node.outputs) if (!isTarget(output)) byTensor.delete(output);
    }
    done?.(node);
  };
  const nodes = nodesBehind(result);
  const { profiler } = runtime();
  if (profiler === null) nodes.forEach(visit);
  else profiler.walkBack(nodes, visit);
  return byTensor;
}

function checkGradient(node: GraphNode, i: number, gradient: Tensor): void {
  const input = node.inputs[i];
  if (sameShape(gradient.dims, input.dims) && gradient.dtype === input.dtype) return;
  throw rangeError(
    "autograd.rule",
    `Cannot use the gradient rule of "${node.operation}" as the gradient of input ${i} must be ${input.dtype} of shape ` +
      `${formatShape(input.dims)}: it is ${gradient.dtype} of shape ${formatShape(gradient.dims)}`,
  );
}

function releasedError(node: GraphNode): Error {
  return stateError(
    "autograd.released",
    `Cannot walk back through "${node.operation}" a second time as its graph was freed by the first: call ` +
      `backward({ retainGraph: true }) the first time`,
  );
}

function seedOf(result: Tensor, gradient: Tensor | undefined): Tensor {
  if (!isFloating(result.dtype)) {
    throw errors.dtype("take gradients of a result", "float32 or float64", result.dtype);
  }
  if (gradient !== undefined) {
    if (!sameShape(gradient.dims, result.dims)) {
      throw errors.shapes(
        "walk back",
        "the given gradient must have the result's shape",
        gradient.dims,
        result.dims,
      );
    }
    return gradient;
  }
  if (result.size !== 1) {
    throw rangeError(
      "autograd.scalar",
      `Cannot take gradients of a result that is no scalar: current shape is ${
        formatShape(result.dims)
      }; reduce it by sum() or mean(), or give backward({ gradient })`,
    );
  }
  return onesLike(result);
}

/**
 * Adds to the `grad` of every leaf that requires one, and of every tensor that retains its own, the gradient of the
 * result. See `Tensor.backward`.
 *
 * @throws {Error} When the result was not recorded, or its graph was freed.
 */
export function backward(result: Tensor, options: BackwardOptions = {}): void {
  const { createGraph = false, retainGraph = createGraph } = options;
  if (!result.requiresGrad) {
    throw stateError(
      "autograd.unrecorded",
      `Cannot walk back from a tensor that was not recorded: make an input with requiresGrad: true, and compute ` +
        `outside noGrad()`,
    );
  }
  const isTarget = (tensor: Tensor): boolean =>
    tensor.retainsGrad || (tensor.node === null && tensor.requiresGrad);
  const walk = (): void => {
    const reached = tidy(() =>
      [
        ...walkBack({
          result,
          seed: seedOf(result, options.gradient),
          isTarget,
          needs: (node) => node.inputs.map((input) => input.requiresGrad),
          done: retainGraph ? undefined : (node) => node.release(),
        }),
      ].map(([tensor, gradient]) => ({ tensor, gradient }))
    );
    for (const { tensor, gradient } of reached) accumulateInto(tensor, gradient);
  };
  withRecording(createGraph, walk);
}

/** Adds a gradient to a leaf's, which outlives the scope it was made in. */
export function accumulateInto(leaf: Tensor, gradient: Tensor): void {
  const before = leaf.grad;
  if (before !== null) {
    const sum = keep(add(before, gradient));
    clearGrad(leaf);
    leaf.grad = sum;
  } else {
    // One tensor may be the gradient of several leaves: each takes a handle of its own.
    leaf.grad = keep(gradient.node === null ? gradient.detach() : gradient);
  }
}

/** Forgets a leaf's gradient, and frees it unless a recorded graph may still need it. */
export function clearGrad(leaf: Tensor): void {
  if (leaf.grad?.node === null) leaf.grad.dispose();
  leaf.grad = null;
}

/**
 * The gradients of a result with respect to tensors of its graph, without touching any `grad`. A tensor that
 * the result does not depend on gets `null`.
 */
export function gradientsWith(
  result: Tensor,
  targets: readonly Tensor[],
  options: BackwardOptions = {},
): (Tensor | null)[] {
  const { createGraph = false, retainGraph = createGraph } = options;
  const wanted = new Set(targets);
  // Only nodes from which a target can be reached need a gradient.
  const leads = new Set<GraphNode>();
  const reaches = (tensor: Tensor): boolean =>
    wanted.has(tensor) || (tensor.node !== null && leads.has(tensor.node));
  for (const node of nodesBehind(result).reverse()) {
    if (node.inputs.some(reaches)) leads.add(node);
  }
  return withRecording(createGraph, () =>
    tidy(() => {
      const reached = walkBack({
        result,
        seed: seedOf(result, options.gradient),
        isTarget: (tensor) => wanted.has(tensor),
        needs: (node) => leads.has(node) ? node.inputs.map(reaches) : node.inputs.map(() => false),
        done: retainGraph ? undefined : (node) => node.release(),
      });
      return targets.map((target) => reached.get(target) ?? null);
    }));
}

/** Runs a function without recording: nothing in it has a gradient. */
export function noGrad<T>(run: () => T): T {
  const result = withoutRecording(run);
  if (result instanceof Promise) {
    throw typeError(
      "autograd.async",
      "Cannot switch recording off for an asynchronous function as other tasks would be affected: use noGrad() " +
        "around its synchronous parts",
    );
  }
  return result;
}

// Transforms.

/** A function of tensors. */
export type TensorFunction<R = Tensor> = (...inputs: Tensor[]) => R;

/** What a transform needs of its caller: gradients that can be differentiated again. */
export interface TransformOptions {
  /** Which inputs to differentiate by. @default all */
  argnums?: readonly number[];
  /** Whether the gradients are recorded. @default inside another transform */
  createGraph?: boolean;
}

function checkScalar(value: Tensor, transform: string): void {
  if (isTensor(value) && value.size === 1) return;
  throw rangeError(
    "autograd.scalar",
    `Cannot take ${transform} of a function whose result is no scalar: current result is ${
      isTensor(value) ? `of shape ${formatShape(value.dims)}` : show(value)
    }; use vjp() or jacobian()`,
  );
}

/** Runs a function on inputs that are recorded; calls `use` with the inputs to differentiate by. */
function differentiate<R, T>(
  f: (...inputs: Tensor[]) => R,
  inputs: readonly Tensor[],
  options: TransformOptions,
  use: (result: R, targets: Tensor[], createGraph: boolean) => T,
): T {
  const active = runtime();
  const createGraph = options.createGraph ?? active.transformDepth > 0;
  const argnums = options.argnums ?? inputs.map((_, i) => i);
  active.transformDepth++;
  try {
    return withRecording(true, () => {
      const tracked = inputs.map((input, i) => {
        if (!argnums.includes(i)) return input;
        if (!isTensor(input)) {
          throw typeError("autograd.input", `Cannot differentiate by input ${i}: it is no tensor`);
        }
        if (!isFloating(input.dtype)) {
          throw errors.dtype("differentiate", "float32 or float64", input.dtype);
        }
        return input.requiresGrad ? input : shareStorage(input, input.shape).requiresGrad_();
      });
      return use(f(...tracked), argnums.map((i) => tracked[i]), createGraph);
    });
  } finally {
    active.transformDepth--;
  }
}

/**
 * A function that gives a scalar function's value and its gradients.
 *
 * @example
 * ```ts
 * import { tensor, valueAndGrad } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const [value, [gradient]] = valueAndGrad((x) => x.mul(x).sum())(tensor([1, 2, 3]));
 * assertEquals(value.item(), 14);
 * assertEquals(gradient.toArray(), [2, 4, 6]);
 * ```
 */
export function valueAndGrad(
  f: TensorFunction,
  options: TransformOptions = {},
): (...inputs: Tensor[]) => [Tensor, Tensor[]] {
  return (...inputs) =>
    tidy(() =>
      differentiate(f, inputs, options, (value, targets, createGraph) => {
        checkScalar(value, "the gradient");
        const found = gradientsOrZeros(value, targets, { createGraph, retainGraph: true });
        return [createGraph ? value : value.detach(), found];
      })
    );
}

function gradientsOrZeros(
  result: Tensor,
  targets: readonly Tensor[],
  options: BackwardOptions,
): Tensor[] {
  if (!result.requiresGrad) return targets.map((target) => zerosLike(target));
  return gradientsWith(result, targets, options).map((g, i) => g ?? zerosLike(targets[i]));
}

/**
 * A function that gives the gradient of a scalar function by its first input (or those of `argnums`, as an
 * array). `grad(grad(f))` is the second derivative.
 *
 * @example
 * ```ts
 * import { grad, tensor, type Tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const cube = (x: Tensor) => x.mul(x).mul(x);
 * assertEquals(grad(cube)(tensor(2)).item(), 12);
 * assertEquals(grad(grad(cube))(tensor(2)).item(), 12);
 * ```
 */
export function grad(
  f: TensorFunction,
  options: Omit<TransformOptions, "argnums"> = {},
): (...inputs: Tensor[]) => Tensor {
  const both = valueAndGrad(f, { ...options, argnums: [0] });
  return (...inputs) => tidy(() => both(...inputs)[1][0]);
}

/**
 * The value of a function and the map from a gradient of its result to the gradients of its inputs (the
 * vector-Jacobian product).
 */
export function vjp(
  f: TensorFunction,
  inputs: readonly Tensor[],
): [Tensor, (gradient: Tensor) => Tensor[]] {
  return differentiate(f, inputs, {}, (value, targets, createGraph) => [
    value,
    (gradient) => gradientsOrZeros(value, targets, { gradient, createGraph, retainGraph: true }),
  ]);
}

/** A function that gives the Jacobian by its first input: `[…result, …input]`. */
export function jacobian(
  f: TensorFunction,
  options: Omit<TransformOptions, "argnums"> = {},
): (...inputs: Tensor[]) => Tensor {
  return (...inputs) =>
    tidy(() =>
      differentiate(f, inputs, { ...options, argnums: [0] }, (value, [x], createGraph) => {
        const rows = Array.from({ length: value.size }, (_, i) => {
          const seed = new Float64Array(value.size);
          seed[i] = 1;
          const gradient = tensor(seed, { dtype: value.dtype }).to(x.backend).reshape(value.shape);
          return gradientsOrZeros(value, [x], { gradient, createGraph, retainGraph: true })[0];
        });
        const shape = [...value.shape, ...x.shape];
        return rows.length === 0
          ? tensor([], { dtype: x.dtype, shape })
          : stack(rows).reshape(shape);
      })
    );
}

/** A function that gives the matrix of second derivatives by the first input: `[…input, …input]`. */
export function hessian(
  f: TensorFunction,
  options: Omit<TransformOptions, "argnums"> = {},
): (...inputs: Tensor[]) => Tensor {
  return jacobian(grad(f), options);
}

/** An operation of one's own: see {@linkcode customOp}. */
export interface CustomOpDefinition<Attributes> {
  /** What errors and traces call it. @default "customOp" */
  name?: string;
  /** Computes the result, in other operations; it is not recorded. */
  forward(inputs: readonly Tensor[], attributes: Attributes): Tensor;
  /**
   * The gradients of the inputs (`null` for none) from the gradient of the result. Written in operations, it has
   * gradients itself.
   */
  backward(
    gradient: Tensor,
    context: { inputs: readonly Tensor[]; output: Tensor; attributes: Attributes },
  ): readonly (Tensor | null)[];
  /** The shape and dtype of the result, which a fused kernel needs to be known before it runs. */
  infer?(inputs: readonly Meta[], attributes: Attributes): Meta;
  /** Kernels that compute the result at once, by the name of the backend; elsewhere `forward` runs. */
  kernels?: Readonly<Record<string, Kernel<Attributes>>>;
  /** How exporters write it, by the name of the exporter; elsewhere the operations of `forward` are written. */
  lowerings?: Readonly<Record<string, unknown>>;
}

/**
 * Makes an operation with a gradient rule of its own. Judge the rule with `gradCheck`.
 *
 * @example A square whose gradient is written by hand
 * ```ts
 * import { customOp, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const square = customOp({
 *   forward: ([x]) => x.mul(x),
 *   backward: (g, { inputs: [x] }) => [g.mul(x).mul(2)],
 * });
 * const x = tensor([1, 2], { requiresGrad: true });
 * square([x]).sum().backward();
 * assertEquals(x.grad!.toArray(), [2, 4]);
 * ```
 */
export function customOp<Attributes = Record<never, never>>(
  definition: CustomOpDefinition<Attributes>,
): (inputs: readonly Tensor[], attributes?: Attributes) => Tensor {
  const { name = "customOp", kernels, lowerings, infer } = definition;
  if (kernels !== undefined && infer === undefined) {
    throw typeError(
      "composite.infer",
      `Cannot define the operation "${name}" with kernels as its result is not known before they run: add infer()`,
    );
  }
  const composite: Composite<Attributes> = {
    name: checkCompositeName(name),
    kernels,
    lowerings,
    infer: infer && ((inputs, attributes) => [infer(inputs, attributes)]),
    compose: (inputs, attributes) => [definition.forward(inputs, attributes)],
    gradient: ({ inputs, outputs, attributes }, [gradient]) =>
      gradient === null
        ? inputs.map(() => null)
        : definition.backward(gradient, { inputs, output: outputs[0], attributes }),
  };
  return (inputs, attributes) =>
    applyComposite(composite, [...inputs], attributes ?? {} as Attributes)[0];
}
