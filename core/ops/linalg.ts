/**
 * Products of matrices and tensors.
 *
 * @module
 */

import { apply } from "../dispatch.ts";
import { errors, rangeError } from "../errors.ts";
import {
  type Dim,
  type Dims,
  knownDim,
  mayBeSame,
  mayEqual,
  normalizeAxis,
  productOf,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { multiply, subtract } from "./elementwise.ts";
import { diagonal } from "./diagonals.ts";
import { broadcastTo, expandDims, moveaxis, reshape, stack, transpose } from "./movement.ts";
import { asDType, asPair, asTensor, type Operand } from "./operand.ts";
import { sum } from "./reduction.ts";

/** Which operands are read transposed: their last two axes exchanged, at no cost. */
export interface MatmulOptions {
  /** The first operand. @default false */
  transposeA?: boolean;
  /** The second operand. @default false */
  transposeB?: boolean;
}

/** Two arguments in one dtype that is not bool. */
function numericPair(x1: Operand, x2: Operand): [Tensor, Tensor] {
  const [a, b] = asPair(x1, x2);
  return a.dtype === "bool" ? [asDType(a, "int32"), asDType(b, "int32")] : [a, b];
}

/**
 * The matrix product `[…batch, m, k] · […batch, k, n] → […batch, m, n]`; batch axes broadcast, a vector is a
 * row on the left and a column on the right.
 *
 * @throws {RangeError} When the inner dimensions differ, or an operand is a scalar.
 *
 * @example
 * ```ts
 * import { ops, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([[1, 2], [3, 4]]);
 * assertEquals(ops.matmul(a, tensor([1, 1])).toArray(), [3, 7]);
 * assertEquals(ops.matmul(a, a, { transposeB: true }).toArray(), [[5, 11], [11, 25]]);
 * ```
 */
export function matmul(x1: Operand, x2: Operand, options: MatmulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false } = options;
  const [a, b] = numericPair(x1, x2);
  if (a.ndim === 0 || b.ndim === 0) {
    throw errors.rank("multiply matrices", "one or more axes", a.ndim === 0 ? a.dims : b.dims);
  }
  if (a.ndim > 1 && b.ndim > 1) return apply("matmul", [a, b], { transposeA, transposeB });
  const row = a.ndim === 1 ? expandDims(a, 0) : a;
  const column = b.ndim === 1 ? expandDims(b, 1) : b;
  const product = apply("matmul", [row, column], {
    transposeA: transposeA && a.ndim > 1,
    transposeB: transposeB && b.ndim > 1,
  });
  const dims = [...product.dims];
  if (b.ndim === 1) dims.pop();
  if (a.ndim === 1) dims.splice(b.ndim === 1 ? dims.length - 1 : dims.length - 2, 1);
  return reshape(product, dims);
}

/** NumPy's dot: the last axis of the first with the second to last (or only) axis of the second. */
export function dot(x1: Operand, x2: Operand): Tensor {
  const [a, b] = numericPair(x1, x2);
  if (a.ndim === 0 || b.ndim === 0) return multiply(a, b);
  if (b.ndim <= 2) return matmul(a, b);
  return tensordot(a, b, { axes: [[a.ndim - 1], [b.ndim - 2]] });
}

/** The sum of products of all elements. */
export function vdot(x1: Operand, x2: Operand): Tensor {
  const [a, b] = numericPair(x1, x2);
  return matmul(reshape(a, [-1]), reshape(b, [-1]));
}

/** The sum of products along the last axes. */
export function inner(x1: Operand, x2: Operand): Tensor {
  const [a, b] = numericPair(x1, x2);
  if (a.ndim === 0 || b.ndim === 0) return multiply(a, b);
  return tensordot(a, b, { axes: [[a.ndim - 1], [b.ndim - 1]] });
}

/** All products of an element of the first with one of the second: `[size1, size2]`. */
export function outer(x1: Operand, x2: Operand): Tensor {
  const [a, b] = numericPair(x1, x2);
  return multiply(reshape(a, [-1, 1]), reshape(b, [1, -1]));
}

/**
 * The sum of products over pairs of axes: that many last axes of the first with the first ones of the second,
 * or the axes named for each.
 */
export function tensordot(
  x1: Operand,
  x2: Operand,
  options: { axes?: number | readonly [number | readonly number[], number | readonly number[]] } =
    {},
): Tensor {
  const { axes = 2 } = options;
  const [a, b] = numericPair(x1, x2);
  if (typeof axes === "number" && !(axes >= 0 && axes <= Math.min(a.ndim, b.ndim))) {
    throw errors.option("contract", "axes", `from 0 to ${Math.min(a.ndim, b.ndim)}`, axes);
  }
  const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const [fromA, fromB] = typeof axes === "number"
    ? [count(axes).map((i) => a.ndim - axes + i), count(axes)]
    : [
      ([axes[0]].flat() as number[]).map((i) => normalizeAxis("contract", i, a.ndim)),
      ([axes[1]].flat() as number[]).map((i) => normalizeAxis("contract", i, b.ndim)),
    ];
  const sizes = (x: Tensor, list: number[]): Dims => list.map((i) => x.dims[i]);
  if (!mayBeSame(sizes(a, fromA), sizes(b, fromB))) {
    throw errors.shapes(
      "contract",
      `the axes ${fromA} and ${fromB} must have equal sizes`,
      a.dims,
      b.dims,
    );
  }
  const freeA = count(a.ndim).filter((i) => !fromA.includes(i));
  const freeB = count(b.ndim).filter((i) => !fromB.includes(i));
  const inner = productOf(sizes(a, fromA)) ?? productOf(sizes(b, fromB));
  const left = reshape(transpose(a, [...freeA, ...fromA]), [productOf(sizes(a, freeA)), inner]);
  const right = reshape(transpose(b, [...fromB, ...freeB]), [inner, productOf(sizes(b, freeB))]);
  return reshape(matmul(left, right), [...sizes(a, freeA), ...sizes(b, freeB)]);
}

/** The Kronecker product. */
export function kron(x1: Operand, x2: Operand): Tensor {
  const [a, b] = numericPair(x1, x2);
  const ndim = Math.max(a.ndim, b.ndim);
  const widen = (x: Tensor): Dim[] => [...Array<number>(ndim - x.ndim).fill(1), ...x.dims];
  const [da, db] = [widen(a), widen(b)];
  const product = multiply(
    reshape(a, da.flatMap((d) => [d, 1])),
    reshape(b, db.flatMap((d) => [1, d])),
  );
  return reshape(product, da.map((d, i) => productOf([d, db[i]])));
}

/** The cross product of vectors of three along an axis. */
export function cross(x1: Operand, x2: Operand, options: { axis?: number } = {}): Tensor {
  const [a, b] = numericPair(x1, x2);
  const axis = options.axis ?? -1;
  const parts = (x: Tensor): Tensor[] => {
    const last = moveaxis(x, axis, -1);
    if (knownDim("take the cross product", last.dims, last.ndim - 1) !== 3) {
      throw errors.shapes("take the cross product", "the axis must have 3 entries", x.dims);
    }
    return [0, 1, 2].map((i) => last.get("...", i));
  };
  const [[a0, a1, a2], [b0, b1, b2]] = [parts(a), parts(b)];
  const minor = (p: Tensor, q: Tensor, r: Tensor, s: Tensor): Tensor =>
    subtract(multiply(p, q), multiply(r, s));
  const result = [minor(a1, b2, a2, b1), minor(a2, b0, a0, b2), minor(a0, b1, a1, b0)];
  return moveaxis(stack(result, { axis: -1 }), -1, axis);
}

interface EinsumTerms {
  inputs: string[];
  output: string;
}

/** Splits subscripts into terms; `...` becomes capital letters of its own. */
function parseSubscripts(subscripts: string, operands: readonly Tensor[]): EinsumTerms {
  const bad = (why: string): RangeError =>
    rangeError("einsum.subscripts", `Cannot read the subscripts "${subscripts}" as ${why}`);
  const [left, right, ...more] = subscripts.replaceAll(" ", "").split("->");
  if (more.length > 0) throw bad("there is more than one arrow");
  const terms = left.split(",");
  if (terms.length !== operands.length) {
    throw bad(`they name ${terms.length} tensors and ${operands.length} are given`);
  }
  let widest = 0;
  const counts = terms.map((term, i) => {
    const named = term.replace("...", "").length;
    const hidden = operands[i].ndim - named;
    if (term.includes("...") ? hidden < 0 : hidden !== 0) {
      throw bad(`"${term}" does not fit a tensor of ${operands[i].ndim} axes`);
    }
    if (term.includes("...")) widest = Math.max(widest, hidden);
    return hidden;
  });
  const hiddenLetters = (n: number): string =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ".slice(26 - widest).slice(widest - n);
  const inputs = terms.map((term, i) => term.replace("...", hiddenLetters(counts[i])));
  const all = inputs.join("");
  const once = [...new Set(all)].filter((c) => all.indexOf(c) === all.lastIndexOf(c));
  const output = right === undefined
    ? hiddenLetters(widest) + once.filter((c) => c >= "a" && c <= "z").sort().join("")
    : right.replace("...", hiddenLetters(widest));
  for (const letter of output) {
    if (!all.includes(letter)) throw bad(`"${letter}" of the result is in no input`);
    if (output.indexOf(letter) !== output.lastIndexOf(letter)) {
      throw bad(`"${letter}" is in the result twice`);
    }
  }
  return { inputs, output };
}

/** Takes the diagonal over letters that a term names twice. */
function withoutRepeats(x: Tensor, term: string): [Tensor, string] {
  for (let i = 0; i < term.length; i++) {
    const j = term.indexOf(term[i], i + 1);
    if (j < 0) continue;
    const rest = [...term].filter((_, k) => k !== i && k !== j).join("") + term[i];
    return withoutRepeats(diagonal(x, { axis1: i, axis2: j }), rest);
  }
  return [x, term];
}

/**
 * Sums of products by Einstein's convention: letters name axes; those missing from the result are summed over.
 *
 * @throws {RangeError} When the subscripts do not fit the tensors.
 *
 * @example
 * ```ts
 * import { ops, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([[1, 2], [3, 4]]);
 * assertEquals(ops.einsum("ij,jk->ik", a, a).toArray(), [[7, 10], [15, 22]]);
 * assertEquals(ops.einsum("ii", a).item(), 5);
 * ```
 */
export function einsum(subscripts: string, ...operands: Operand[]): Tensor {
  const tensors = operands.map(asTensor);
  const { inputs, output } = parseSubscripts(subscripts, tensors);
  const parts = tensors.map((x, i) => withoutRepeats(x, inputs[i]));
  let [x, letters] = parts[0];
  for (let i = 1; i < parts.length; i++) {
    const wanted = output + parts.slice(i + 1).map(([, term]) => term).join("");
    [x, letters] = contractPair(x, letters, ...parts[i], wanted);
  }
  const gone = [...letters].flatMap((c, i) => output.includes(c) ? [] : [i]);
  if (gone.length > 0) {
    x = sum(x, { axis: gone });
    letters = [...letters].filter((c) => output.includes(c)).join("");
  }
  return transpose(x, [...output].map((c) => letters.indexOf(c)));
}

/** Contracts two terms by one batched matrix product; letters not wanted later are summed over. */
function contractPair(
  a: Tensor,
  termA: string,
  b: Tensor,
  termB: string,
  wanted: string,
): [Tensor, string] {
  const sumAlone = (x: Tensor, term: string, other: string): [Tensor, string] => {
    const alone = [...term].flatMap((c, i) => other.includes(c) || wanted.includes(c) ? [] : [i]);
    if (alone.length === 0) return [x, term];
    return [sum(x, { axis: alone }), [...term].filter((_, i) => !alone.includes(i)).join("")];
  };
  [a, termA] = sumAlone(a, termA, termB);
  [b, termB] = sumAlone(b, termB, termA);
  const shared = [...termA].filter((c) => termB.includes(c));
  const batch = shared.filter((c) => wanted.includes(c));
  const contracted = shared.filter((c) => !wanted.includes(c));
  const freeA = [...termA].filter((c) => !shared.includes(c));
  const freeB = [...termB].filter((c) => !shared.includes(c));
  const dims: Record<string, Dim> = {};
  for (const [x, term] of [[a, termA], [b, termB]] as const) {
    [...term].forEach((c, i) => {
      const [d, before] = [x.dims[i], c in dims ? dims[c] : 1];
      if (before !== 1 && d !== 1 && !mayEqual(before, d)) {
        throw errors.shapes("sum products", `"${c}" must have one size`, a.dims, b.dims);
      }
      dims[c] = before === 1 ? d : before ?? (d === 1 ? null : d);
    });
  }
  const size = (letters: string[]): Dim => productOf(letters.map((c) => dims[c]));
  const arrange = (x: Tensor, term: string, order: string[], shape: Dims): Tensor => {
    const ordered = transpose(x, order.map((c) => term.indexOf(c)));
    if (order.some((c, i) => dims[c] === null && ordered.dims[i] === 1)) {
      throw errors.shapes("sum products", "axes that are broadcast must be known", a.dims, b.dims);
    }
    return reshape(broadcastTo(ordered, order.map((c) => dims[c])), shape);
  };
  const left = arrange(a, termA, [...batch, ...freeA, ...contracted], [
    size(batch),
    size(freeA),
    size(contracted),
  ]);
  const right = arrange(b, termB, [...batch, ...contracted, ...freeB], [
    size(batch),
    size(contracted),
    size(freeB),
  ]);
  const letters = [...batch, ...freeA, ...freeB];
  return [reshape(matmul(left, right), letters.map((c) => dims[c])), letters.join("")];
}
