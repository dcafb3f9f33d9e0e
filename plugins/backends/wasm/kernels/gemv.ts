/** Products with a single row or column: bound by memory, so nothing is packed. */
import { Gemm } from "./gemm_task";
import { GEMM } from "./layout";
import { GEMV_COLUMNS, GEMV_ROWS } from "./tasks";
import { argument, parallel, setArgument } from "./parallel";
import { RELU, SIGMOID, TANH, unaryRow } from "./unary";
import { ceilDiv, madd, min32, storePart } from "./vector";

/** A product is shared among threads from so many elements of the matrix on. */
const SHARED_FROM: f64 = 200_000;
const CHUNK: i32 = 65536;

/** y[n] = x[k] x matrix[k, n]. */
export function vectorMatrix<T>(
  g: Gemm, x: usize, matrix: usize, k: i32, n: i32, alone: bool,
): void {
  if (alone || <f64>k * <f64>n < SHARED_FROM) {
    return columns<T>(g, x, matrix, k, n, 0, n);
  }
  const perChunk = (CHUNK / (k + 1) + 64) & ~63;
  share(x, matrix, k, n, perChunk);
  parallel(GEMV_COLUMNS, ceilDiv(n, perChunk));
}

/** y[m] = matrix[m, k] x x[k]. */
export function matrixVector<T>(
  g: Gemm, matrix: usize, x: usize, m: i32, k: i32, alone: bool,
): void {
  if (alone || <f64>m * <f64>k < SHARED_FROM) {
    return rows<T>(g, matrix, x, k, 0, m);
  }
  const perChunk = (CHUNK / (k + 1) + 16) & ~15;
  share(x, matrix, k, m, perChunk);
  parallel(GEMV_ROWS, ceilDiv(m, perChunk));
}

function share(x: usize, matrix: usize, k: i32, size: i32, perChunk: i32): void {
  setArgument(0, x);
  setArgument(1, matrix);
  setArgument(2, k);
  setArgument(3, size);
  setArgument(4, perChunk);
}

export function columnsChunk<T>(chunk: i32): void {
  const n = <i32>argument(3), perChunk = <i32>argument(4);
  const from = chunk * perChunk;
  const g = changetype<Gemm>(GEMM);
  columns<T>(g, argument(0), argument(1), argument(2), n, from, min32(n, from + perChunk));
}

export function rowsChunk<T>(chunk: i32): void {
  const m = <i32>argument(3), perChunk = <i32>argument(4);
  const from = chunk * perChunk;
  const g = changetype<Gemm>(GEMM);
  rows<T>(g, argument(1), argument(0), argument(2), from, min32(m, from + perChunk));
}

function columns<T>(
  g: Gemm, x: usize, matrix: usize, k: i32, n: i32, from: i32, to: i32,
): void {
  const lanes = 16 / sizeof<T>();
  const stride = <usize>n * sizeof<T>();
  const end = x + <usize>k * sizeof<T>();
  let j = from;
  for (; j + 8 * lanes <= to; j += 8 * lanes) {
    const offset = <usize>j * sizeof<T>();
    let c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128, c7: v128;
    if (g.bias) {
      const bias = g.bias + offset;
      c0 = v128.load(bias); c1 = v128.load(bias, 16);
      c2 = v128.load(bias, 32); c3 = v128.load(bias, 48);
      c4 = v128.load(bias, 64); c5 = v128.load(bias, 80);
      c6 = v128.load(bias, 96); c7 = v128.load(bias, 112);
    } else {
      c0 = i64x2.splat(0);
      c1 = c0; c2 = c0; c3 = c0; c4 = c0; c5 = c0; c6 = c0; c7 = c0;
    }
    let at = matrix + offset;
    for (let p = x; p < end; p += sizeof<T>()) {
      const a = v128.load_splat<T>(p);
      c0 = madd<T>(a, v128.load(at), c0);
      c1 = madd<T>(a, v128.load(at, 16), c1);
      c2 = madd<T>(a, v128.load(at, 32), c2);
      c3 = madd<T>(a, v128.load(at, 48), c3);
      c4 = madd<T>(a, v128.load(at, 64), c4);
      c5 = madd<T>(a, v128.load(at, 80), c5);
      c6 = madd<T>(a, v128.load(at, 96), c6);
      c7 = madd<T>(a, v128.load(at, 112), c7);
      at += stride;
    }
    const y = g.c + offset;
    v128.store(y, c0); v128.store(y, c1, 16); v128.store(y, c2, 32); v128.store(y, c3, 48);
    v128.store(y, c4, 64); v128.store(y, c5, 80); v128.store(y, c6, 96); v128.store(y, c7, 112);
  }
  for (; j < to; j += lanes) {
    const offset = <usize>j * sizeof<T>();
    let sum = g.bias ? v128.load(g.bias + offset) : i64x2.splat(0);
    let at = matrix + offset;
    for (let p = x; p < end; p += sizeof<T>()) {
      sum = madd<T>(v128.load_splat<T>(p), v128.load(at), sum);
      at += stride;
    }
    if (j + lanes <= to) v128.store(g.c + offset, sum);
    else storePart(g.c + offset, sum, <usize>(to - j) * sizeof<T>());
  }
  activate<T>(g, from, to);
}

function rows<T>(g: Gemm, matrix: usize, x: usize, k: i32, from: i32, to: i32): void {
  const stride = <usize>k * sizeof<T>();
  const bias = g.bias ? load<T>(g.bias) : <T>0;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    let r0 = matrix + <usize>i * stride, r1 = r0 + stride, r2 = r1 + stride, r3 = r2 + stride;
    const end = x + (stride & ~15);
    let c0: v128 = i64x2.splat(0);
    let c1 = c0, c2 = c0, c3 = c0;
    for (let p = x; p < end; p += 16) {
      const v = v128.load(p);
      c0 = madd<T>(v, v128.load(r0), c0); r0 += 16;
      c1 = madd<T>(v, v128.load(r1), c1); r1 += 16;
      c2 = madd<T>(v, v128.load(r2), c2); r2 += 16;
      c3 = madd<T>(v, v128.load(r3), c3); r3 += 16;
    }
    const rest = stride & 15;
    const y = g.c + <usize>i * sizeof<T>();
    store<T>(y, total<T>(c0) + dot<T>(r0, end, rest) + bias);
    store<T>(y, total<T>(c1) + dot<T>(r1, end, rest) + bias, sizeof<T>());
    store<T>(y, total<T>(c2) + dot<T>(r2, end, rest) + bias, 2 * sizeof<T>());
    store<T>(y, total<T>(c3) + dot<T>(r3, end, rest) + bias, 3 * sizeof<T>());
  }
  for (; i < to; i++) {
    let row = matrix + <usize>i * stride;
    const end = x + (stride & ~15);
    let sum: v128 = i64x2.splat(0);
    for (let p = x; p < end; p += 16) {
      sum = madd<T>(v128.load(p), v128.load(row), sum);
      row += 16;
    }
    const value = total<T>(sum) + dot<T>(row, end, stride & 15) + bias;
    store<T>(g.c + <usize>i * sizeof<T>(), value);
  }
  activate<T>(g, from, to);
}

/** The sum of the products of less than a vector. */
function dot<T>(a: usize, b: usize, bytes: usize): T {
  let sum = <T>0;
  for (let at: usize = 0; at < bytes; at += sizeof<T>()) sum += load<T>(a + at) * load<T>(b + at);
  return sum;
}

/** The sum of all lanes. */
@inline
function total<T>(v: v128): T {
  if (sizeof<T>() == 8) return v128.extract_lane<T>(v, 0) + v128.extract_lane<T>(v, 1);
  return (v128.extract_lane<T>(v, 0) + v128.extract_lane<T>(v, 1)) +
    (v128.extract_lane<T>(v, 2) + v128.extract_lane<T>(v, 3));
}

function activate<T>(g: Gemm, from: i32, to: i32): void {
  if (sizeof<T>() != 4 || !isFloat<T>() || !g.activation) return;
  const at = g.c + (<usize>from << 2);
  const op = g.activation == 1 ? RELU : g.activation == 2 ? SIGMOID : TANH;
  unaryRow(op, at, at, to - from);
}
