/**
 * Matrix products.
 *
 * @module
 */

import type { Kernel, Operand } from "../../../core/backend.ts";
import type { PrimitiveAttributes } from "../../../core/primitives.ts";
import type { Engine } from "./engine.ts";
import { SHAPES } from "./layout.ts";
import { addressOf, DTYPE_CODES, type KernelEntries, product } from "./operands.ts";

/** The activations that the epilogue of a product knows, in the order of the kernels. */
export const ACTIVATIONS: Readonly<Record<string, number>> = {
  linear: 0,
  relu: 1,
  sigmoid: 2,
  tanh: 3,
};

/** The most batch axes that the kernels walk over after merging. */
const BATCH_AXES = 4;
const TRANSPOSE_A = 1;
const TRANSPOSE_B = 2;

const sizes = [1, 1, 1, 1];
const stepsA = [0, 0, 0, 0];
const stepsB = [0, 0, 0, 0];

/** The size of a batch axis counted from the matrix axes backwards; 1 beyond the first. */
function batchDim(shape: readonly number[], fromMatrix: number): number {
  return shape[shape.length - 2 - fromMatrix] ?? 1;
}

/**
 * Merges neighbouring batch axes with the same way of broadcasting, last one first, and notes the steps of a and b along
 * each. Says how many are left.
 */
function mergeBatches(a: readonly number[], b: readonly number[], out: readonly number[]): number {
  let [groups, sizeA, sizeB] = [
    0,
    product(a, a.length - 2, a.length),
    product(b, b.length - 2, b.length),
  ];
  for (let i = 1; i <= out.length - 2; i++) {
    const size = batchDim(out, i);
    if (size === 1) continue;
    const stepA = batchDim(a, i) === 1 ? 0 : sizeA;
    const stepB = batchDim(b, i) === 1 ? 0 : sizeB;
    const before = groups - 1;
    const joins = before >= 0 && stepA === stepsA[before] * sizes[before] &&
      stepB === stepsB[before] * sizes[before];
    if (joins) sizes[before] *= size;
    else {
      sizes[groups] = size;
      stepsA[groups] = stepA;
      stepsB[groups++] = stepB;
    }
    if (stepA !== 0) sizeA *= size;
    if (stepB !== 0) sizeB *= size;
  }
  return groups;
}

function matmulKernel({ kernels, memory }: Engine): Kernel<PrimitiveAttributes["matmul"]> {
  return {
    accepts: ([a, b]) =>
      a.dtype === b.dtype && a.dtype !== "bool" && a.shape.length <= BATCH_AXES + 2 &&
      b.shape.length <= BATCH_AXES + 2,
    run([a, b], [y], { transposeA, transposeB }) {
      if (y.size === 0) return;
      const [da, db] = [a.shape, b.shape];
      const flags = (transposeA ? TRANSPOSE_A : 0) | (transposeB ? TRANSPOSE_B : 0) |
        DTYPE_CODES[a.dtype] << 4;
      let m = da[da.length - (transposeA ? 1 : 2)];
      const k = da[da.length - (transposeA ? 2 : 1)];
      const n = db[db.length - (transposeB ? 2 : 1)];
      let batches = 1;
      if (y.shape.length > 2) {
        batches = product(y.shape, 0, y.shape.length - 2);
        if (!transposeA && product(db, 0, db.length - 2) === 1) {
          m *= batches;
          batches = 1;
        } else if (batches > 1) writeBatches(memory.int32, mergeBatches(da, db, y.shape));
      }
      kernels.matmul(addressOf(a), addressOf(b), addressOf(y), 0, m, n, k, flags, batches);
    },
  };
}

/** Writes the merged batch axes where the kernels look for them, the last one last. */
function writeBatches(int32: Int32Array, groups: number): void {
  const base = SHAPES >>> 2;
  for (let i = 0; i < BATCH_AXES; i++) {
    const at = base + BATCH_AXES - 1 - i;
    int32[at] = i < groups ? sizes[i] : 1;
    int32[at + BATCH_AXES] = i < groups ? stepsA[i] : 0;
    int32[at + 2 * BATCH_AXES] = i < groups ? stepsB[i] : 0;
  }
}

/** y = act(x kernel + bias): the bias begins the sums, the activation ends them. */
function linearKernel({ kernels }: Engine): Kernel<{ activation: string }> {
  return {
    accepts: (inputs: readonly Operand[], { activation }) =>
      inputs.every((input) => input.dtype === "float32") && activation in ACTIVATIONS &&
      inputs[0].shape.length >= 1 && inputs[1].shape.length === 2,
    run([x, kernel, bias], [y], { activation }) {
      const [k, n] = kernel.shape;
      if (y.size === 0) return;
      const m = y.size / n;
      const at = bias === undefined ? 0 : addressOf(bias);
      const flags = ACTIVATIONS[activation] << 2;
      kernels.matmul(addressOf(x), addressOf(kernel), addressOf(y), at, m, n, k, flags, 1);
    },
  };
}

/** The kernels of this file. */
export function matmulKernels(engine: Engine): KernelEntries {
  return [["matmul", matmulKernel(engine)], ["linear", linearKernel(engine)]];
}
