/**
 * Kernels for composites: several operations in one pass.
 *
 * @module
 */

import type { Kernel, KernelCall, Operand } from "../../../core/backend.ts";
import { rangeError } from "../../../core/errors.ts";
import type { Engine } from "./engine.ts";
import { SHAPES } from "./layout.ts";
import { ACTIVATIONS } from "./matmul.ts";
import { addressOf, allFloat32, type KernelEntries } from "./operands.ts";

/** The kinds of work on rows, in the order of the kernels. */
const SOFTMAX = 0;
const LOG_SOFTMAX = 1;
const SOFTMAX_GRADIENT = 2;
const CROSS_ENTROPY = 3;
const CROSS_ENTROPY_GRADIENT = 4;

/** The kinds of updates, in the order of the kernels; activation gradients stand before, by activation. */
const SGD = 4;
const MOMENTUM = 5;
const NESTEROV = 6;
const ADAM = 7;
const RMSPROP = 8;
const EMA = 9;
const DECAY = 10;

interface Activation {
  activation: string;
}

function knowsActivation(inputs: readonly Operand[], { activation }: Activation): boolean {
  return allFloat32(inputs) && activation in ACTIVATIONS;
}

function biasActivationGradientKernel({ kernels }: Engine): Kernel<Activation> {
  return {
    accepts: knowsActivation,
    run([y, g], [dz, db], { activation }) {
      const n = db.size;
      const rows = n === 0 ? 0 : y.size / n;
      kernels.biasActivationGradient(
        ACTIVATIONS[activation],
        addressOf(y),
        addressOf(g),
        addressOf(dz),
        addressOf(db),
        rows,
        n,
      );
    },
  };
}

function activationGradientKernel(engine: Engine): Kernel<Activation> {
  return {
    accepts: knowsActivation,
    run: ([y, g], [dz], { activation }) =>
      runUpdates(engine, [{ kind: ACTIVATIONS[activation], p: y, g, p2: dz }]),
  };
}

interface AlongAxis {
  axis: number;
}

/** Only rows of neighbours are fused; other axes run as composed. */
function isLastAxis([x]: readonly Operand[], { axis }: AlongAxis): boolean {
  return x.dtype === "float32" && x.shape.length > 0 &&
    (axis === x.shape.length - 1 || axis === -1);
}

function softmaxKernel({ kernels }: Engine, kind: number): Kernel<AlongAxis> {
  return {
    accepts: isLastAxis,
    run([x, g], [y]) {
      if (x.size === 0) return;
      const c = x.shape[x.shape.length - 1];
      const other = g === undefined ? 0 : addressOf(g);
      kernels.fusedRows(kind, addressOf(x), other, 0, addressOf(y), x.size / c, c);
    },
  };
}

function crossEntropyKernel({ kernels, memory }: Engine, kind: number): Kernel {
  return {
    accepts: ([logits, labels]) => logits.dtype === "float32" && labels.dtype === "int32",
    run([logits, labels, g], [y]) {
      const c = logits.shape[logits.shape.length - 1];
      const [x, at, rows] = [addressOf(logits), addressOf(labels), labels.size];
      const scale = g === undefined ? 0 : addressOf(g);
      const bad = kernels.fusedRows(kind, x, at, scale, addressOf(y), rows, c);
      if (bad >= 0) {
        throw rangeError(
          "label.range",
          `Cannot take the cross entropy as labels are class numbers from 0 to ${
            c - 1
          }: current label at position ` +
            `${bad} is ${
              memory.int32[(at >>> 2) + bad]
            }; check the labels or the number of outputs`,
        );
      }
    },
  };
}

/** Element by element work on arrays, in the order in which the kernels read it. */
interface Update {
  readonly kind: number;
  /** What is updated, and where its next values go. */
  readonly p: Operand;
  readonly p2: Operand;
  /** The gradient. */
  readonly g?: Operand;
  /** Moments, and where their next values go. */
  readonly m?: Operand;
  readonly m2?: Operand;
  readonly v?: Operand;
  readonly v2?: Operand;
  readonly rate?: number;
  readonly a?: number;
  readonly b?: number;
  readonly epsilon?: number;
}

/** How many updates there is room for, and how many values one takes. */
const MOST_UPDATES = 48;
const UPDATE_VALUES = 16;

function addressOr0(operand: Operand | undefined): number {
  return operand === undefined ? 0 : addressOf(operand);
}

/** Runs updates, many in one call of the kernels. */
function runUpdates({ kernels, memory }: Engine, updates: readonly Update[]): void {
  const { int32, float32 } = memory;
  for (let from = 0; from < updates.length; from += MOST_UPDATES) {
    const count = Math.min(MOST_UPDATES, updates.length - from);
    for (let i = 0; i < count; i++) {
      const { kind, p, p2, g, m, m2, v, v2, rate = 0, a = 0, b = 0, epsilon = 0 } =
        updates[from + i];
      let at = (SHAPES >>> 2) + i * UPDATE_VALUES + 1;
      int32[at++] = kind;
      int32[at++] = p.size;
      int32[at++] = addressOf(p);
      int32[at++] = addressOr0(g);
      int32[at++] = addressOr0(m);
      int32[at++] = addressOr0(v);
      int32[at++] = addressOf(p2);
      int32[at++] = addressOr0(m2);
      int32[at++] = addressOr0(v2);
      float32[at++] = rate;
      float32[at++] = a;
      float32[at++] = b;
      float32[at] = epsilon;
    }
    kernels.update(count);
  }
}

/** A kernel that updates arrays; the function says how. */
function updateKernel<Attributes>(
  engine: Engine,
  updateOf: (call: KernelCall<Attributes>) => Update,
): Kernel<Attributes> {
  return {
    accepts: allFloat32,
    run: (inputs, outputs, attributes) =>
      runUpdates(engine, [updateOf({ inputs, outputs, attributes })]),
    runAll: (calls) => runUpdates(engine, calls.map(updateOf)),
  };
}

// Optimizer steps take the parameter, its state, then the gradient.

interface Sgd {
  learningRate: number;
}

function sgd({ inputs: [p, g], outputs: [p2], attributes }: KernelCall<Sgd>): Update {
  return { kind: SGD, p, g, p2, rate: attributes.learningRate };
}

interface Momentum extends Sgd {
  momentum: number;
  nesterov: boolean;
}

function momentum(
  { inputs: [p, m, g], outputs: [p2, m2], attributes }: KernelCall<Momentum>,
): Update {
  const { learningRate, momentum, nesterov } = attributes;
  return { kind: nesterov ? NESTEROV : MOMENTUM, p, g, m, p2, m2, rate: learningRate, a: momentum };
}

interface Adam extends Sgd {
  beta1: number;
  beta2: number;
  epsilon: number;
}

function adam(
  { inputs: [p, m, v, g], outputs: [p2, m2, v2], attributes }: KernelCall<Adam>,
): Update {
  const { learningRate, beta1, beta2, epsilon } = attributes;
  const [a, b] = [1 - beta1, 1 - beta2];
  return { kind: ADAM, p, g, m, v, p2, m2, v2, rate: learningRate, a, b, epsilon };
}

interface RmsProp extends Sgd {
  rho: number;
  epsilon: number;
}

function rmsprop(
  { inputs: [p, v, g], outputs: [p2, v2], attributes }: KernelCall<RmsProp>,
): Update {
  const { learningRate, rho, epsilon } = attributes;
  return { kind: RMSPROP, p, g, v, p2, v2, rate: learningRate, a: rho, b: 1 - rho, epsilon };
}

/** average' = momentum average + (1 - momentum) parameter. */
function ema(
  { inputs: [p, g], outputs: [p2], attributes: { momentum } }: KernelCall<{ momentum: number }>,
): Update {
  return { kind: EMA, p, g, p2, a: momentum, b: 1 - momentum };
}

/** p' = factor p. */
function weightDecay(
  { inputs: [p], outputs: [p2], attributes: { factor } }: KernelCall<{ factor: number }>,
): Update {
  return { kind: DECAY, p, p2, rate: factor };
}

/** The kernels of this file. */
export function fusedKernels(engine: Engine): KernelEntries {
  return [
    ["biasActivationGradient", biasActivationGradientKernel(engine)],
    ["activationGradient", activationGradientKernel(engine)],
    ["softmax", softmaxKernel(engine, SOFTMAX)],
    ["logSoftmax", softmaxKernel(engine, LOG_SOFTMAX)],
    ["softmaxGradient", softmaxKernel(engine, SOFTMAX_GRADIENT)],
    ["softmaxCrossEntropy", crossEntropyKernel(engine, CROSS_ENTROPY)],
    ["softmaxCrossEntropyGradient", crossEntropyKernel(engine, CROSS_ENTROPY_GRADIENT)],
    ["sgdUpdate", updateKernel(engine, sgd)],
    ["sgdMomentumUpdate", updateKernel(engine, momentum)],
    ["adamUpdate", updateKernel(engine, adam)],
    ["rmspropUpdate", updateKernel(engine, rmsprop)],
    ["emaUpdate", updateKernel(engine, ema)],
    ["weightDecayUpdate", updateKernel(engine, weightDecay)],
  ];
}
