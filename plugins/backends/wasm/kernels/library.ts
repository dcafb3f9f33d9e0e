/**
 * Matrix products by a library of the system, where the host links one. Products are cut here, for the threads that share
 * all other work, and each thread calls the library for pieces of its own; the library itself is told to use one thread.
 * So no two pools of threads ever want the same processors.
 *
 * How a product is cut depends on its size and on how many threads there will be, never on how many are ready: the same
 * product always has the same bits.
 */
import { CHUNK } from "./gemm";
import { Gemm } from "./gemm_task";
import { GEMM, LIBRARY } from "./layout";
import { argument, note, parallel, setArgument } from "./parallel";
import { GEMM_LIBRARY } from "./tasks";
import { SIGMOID, TANH, unaryRow } from "./unary";
import { ceilDiv, min32 } from "./vector";

/** c = a x b on this thread, or c += a x b with {@linkcode ADD}; strides in elements. */
@external("env", "multiply")
export declare function multiplyHere(
  flags: i32, m: i32, n: i32, k: i32, a: usize, strideA: i32, b: usize, strideB: i32, c: usize, strideC: i32,
): void;

export const TRANSPOSE_A: i32 = 1;
export const TRANSPOSE_B: i32 = 2;
/** Adds to what is there. */
export const ADD: i32 = 4;
const DOUBLE: i32 = 8;

/** Below so many multiplications a call costs more than the library is faster. */
const LIBRARY_FROM: f64 = 20_000;
/** Multiplications of a piece, at least. */
const PIECE: f64 = 1_000_000;
/** Pieces are multiples of so many rows or columns. */
const STEP: i32 = 16;

/** Says whether the library is to compute a product of so many multiplications. */
@inline
export function isForLibrary(work: f64): bool {
  return load<i32>(LIBRARY) != 0 && work >= LIBRARY_FROM;
}

/** How many threads a product may be cut for. */
@inline
export function libraryThreads(): i32 {
  return load<i32>(LIBRARY);
}

/** One product, alone or with the help of other threads. */
export function multiplyByLibrary<T>(g: Gemm, alone: bool): void {
  const work = <f64>g.m * <f64>g.n * <f64>g.k;
  const most = alone ? 1 : min32(load<i32>(LIBRARY), <i32>min<f64>(work / PIECE, 1024));
  if (most < 2) return multiplyPart<T>(g, 0, g.m, 0, g.n);
  const byRows = g.m >= g.n;
  const size = byRows ? g.m : g.n;
  const step = ceilDiv(ceilDiv(size, most), STEP) * STEP;
  setArgument(0, byRows ? 1 : 0);
  setArgument(1, step);
  // Helpers start by the work that passes; a few large chunks are much of it.
  note(<i32>(work / <f64>CHUNK));
  parallel(GEMM_LIBRARY, ceilDiv(size, step));
}

export function libraryChunk<T>(chunk: i32): void {
  const g = changetype<Gemm>(GEMM);
  const step = <i32>argument(1);
  const from = chunk * step;
  if (argument(0)) multiplyPart<T>(g, from, min32(g.m, from + step), 0, g.n);
  else multiplyPart<T>(g, 0, g.m, from, min32(g.n, from + step));
}

/** A rectangle of the product. */
function multiplyPart<T>(g: Gemm, row: i32, endRow: i32, column: i32, endColumn: i32): void {
  const size: usize = sizeof<T>();
  const a = g.a + <usize>row * (g.transposeA ? size : g.strideA);
  const b = g.b + <usize>column * (g.transposeB ? g.strideB : size);
  const c = g.c + <usize>row * g.strideC + <usize>column * size;
  const flags = (g.transposeA ? TRANSPOSE_A : 0) | (g.transposeB ? TRANSPOSE_B : 0) | (size == 8 ? DOUBLE : 0);
  const strideA = <i32>(g.strideA / size), strideB = <i32>(g.strideB / size), strideC = <i32>(g.strideC / size);
  multiplyHere(flags, endRow - row, endColumn - column, g.k, a, strideA, b, strideB, c, strideC);
  if (sizeof<T>() == 4) {
    const bias = g.bias ? g.bias + <usize>column * size : 0;
    finishRows(c, endRow - row, endColumn - column, g.strideC, bias, g.activation);
  }
}

/** rows = act(rows + bias), in place. */
export function finishRows(
  at: usize, rows: i32, columns: i32, stride: usize, bias: usize, activation: i32,
): void {
  if (!bias && activation == 0) return;
  for (let row = 0; row < rows; row++) {
    if (bias || activation == 1) finishRow(at, columns, bias, activation == 1);
    if (activation > 1) unaryRow(activation == 2 ? SIGMOID : TANH, at, at, columns);
    at += stride;
  }
}

function finishRow(at: usize, columns: i32, bias: usize, relu: bool): void {
  const zero = f32x4.splat(0);
  const bytes = <usize>columns << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    let x = v128.load(at + i);
    if (bias) x = f32x4.add(x, v128.load(bias + i));
    v128.store(at + i, relu ? f32x4.pmax(x, zero) : x);
  }
  for (; i < bytes; i += 4) {
    let x = load<f32>(at + i);
    if (bias) x += load<f32>(bias + i);
    store<f32>(at + i, relu ? (x < 0 ? <f32>0 : x) : x);
  }
}
