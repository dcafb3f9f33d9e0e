/**
 * Kernels for composites: several operations in one pass.
 *
 * @module
 */

import type { Kernel, Operand } from "../../../core/backend.ts";
import { rangeError } from "../../../core/errors.ts";
import type { Engine } from "./engine.ts";
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

function activationGradientKernel({ kernels }: Engine): Kernel<Activation> {
  return {
    accepts: knowsActivation,
    run([y, g], [dz], { activation }) {
      const to = addressOf(dz);
      const kind = ACTIVATIONS[activation];
      kernels.update(kind, y.size, addressOf(y), addressOf(g), 0, 0, to, 0, 0, 0, 0, 0, 0);
    },
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

/** Optimizer steps take the parameter, its state, then the gradient. */
interface Sgd {
  learningRate: number;
}

function sgdKernel({ kernels }: Engine): Kernel<Sgd> {
  return {
    accepts: allFloat32,
    run([p, g], [p2], { learningRate }) {
      const [from, gradient, to] = [addressOf(p), addressOf(g), addressOf(p2)];
      kernels.update(SGD, p.size, from, gradient, 0, 0, to, 0, 0, learningRate, 0, 0, 0);
    },
  };
}

interface Momentum extends Sgd {
  momentum: number;
  nesterov: boolean;
}

function momentumKernel({ kernels }: Engine): Kernel<Momentum> {
  return {
    accepts: allFloat32,
    run([p, m, g], [p2, m2], { learningRate, momentum, nesterov }) {
      kernels.update(
        nesterov ? NESTEROV : MOMENTUM,
        p.size,
        addressOf(p),
        addressOf(g),
        addressOf(m),
        0,
        addressOf(p2),
        addressOf(m2),
        0,
        learningRate,
        momentum,
        0,
        0,
      );
    },
  };
}

interface Adam extends Sgd {
  beta1: number;
  beta2: number;
  epsilon: number;
}

function adamKernel({ kernels }: Engine): Kernel<Adam> {
  return {
    accepts: allFloat32,
    run([p, m, v, g], [p2, m2, v2], { learningRate, beta1, beta2, epsilon }) {
      kernels.update(
        ADAM,
        p.size,
        addressOf(p),
        addressOf(g),
        addressOf(m),
        addressOf(v),
        addressOf(p2),
        addressOf(m2),
        addressOf(v2),
        learningRate,
        1 - beta1,
        1 - beta2,
        epsilon,
      );
    },
  };
}

interface RmsProp extends Sgd {
  rho: number;
  epsilon: number;
}

function rmspropKernel({ kernels }: Engine): Kernel<RmsProp> {
  return {
    accepts: allFloat32,
    run([p, v, g], [p2, v2], { learningRate, rho, epsilon }) {
      kernels.update(
        RMSPROP,
        p.size,
        addressOf(p),
        addressOf(g),
        0,
        addressOf(v),
        addressOf(p2),
        0,
        addressOf(v2),
        learningRate,
        rho,
        1 - rho,
        epsilon,
      );
    },
  };
}

/** average' = momentum average + (1 - momentum) parameter. */
function emaKernel({ kernels }: Engine): Kernel<{ momentum: number }> {
  return {
    accepts: allFloat32,
    run([average, parameter], [next], { momentum }) {
      const [from, other, to] = [addressOf(average), addressOf(parameter), addressOf(next)];
      kernels.update(EMA, average.size, from, other, 0, 0, to, 0, 0, 0, momentum, 1 - momentum, 0);
    },
  };
}

/** p' = factor p. */
function weightDecayKernel({ kernels }: Engine): Kernel<{ factor: number }> {
  return {
    accepts: allFloat32,
    run([p], [next], { factor }) {
      kernels.update(DECAY, p.size, addressOf(p), 0, 0, 0, addressOf(next), 0, 0, factor, 0, 0, 0);
    },
  };
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
    ["sgdUpdate", sgdKernel(engine)],
    ["sgdMomentumUpdate", momentumKernel(engine)],
    ["adamUpdate", adamKernel(engine)],
    ["rmspropUpdate", rmspropKernel(engine)],
    ["emaUpdate", emaKernel(engine)],
    ["weightDecayUpdate", weightDecayKernel(engine)],
  ];
}
