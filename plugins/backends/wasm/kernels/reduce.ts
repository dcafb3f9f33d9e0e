/**
 * Reductions of the middle axis of [outer, k, inner].
 *
 * A float32 sum along neighbours runs in 16 lanes of 16 values, which are then added in float64, so its error does not
 * grow with the size; a sum across rows runs in blocks of 32 rows, so its error grows with the number of blocks. The cut does
 * not depend on the number of threads.
 */
import { DIVISOR, PARTIALS, PARTIALS_BYTES } from "./layout";
import { REDUCE_COLUMNS, REDUCE_PIECES, REDUCE_ROWS } from "./tasks";
import { argument, parallel, setArgument } from "./parallel";
import { ceilDiv, max32, min32, storePart } from "./vector";

/** Elements of a chunk. */
const CHUNK: i32 = 32768;
/** Elements in 16 lanes before they are added in float64. */
const BLOCK: usize = 256;
/** Rows that are summed before they are added to the total. */
const ROWS: i32 = 32;

@unmanaged class Sum {
  @inline identity<T>(): T { return <T>0; }
  @inline one<T>(a: T, b: T): T { return a + b; }
  @inline run<T>(a: v128, b: v128): v128 { return v128.add<T>(a, b); }
}
@unmanaged class Prod {
  @inline identity<T>(): T { return <T>1; }
  @inline one<T>(a: T, b: T): T { return a * b; }
  @inline run<T>(a: v128, b: v128): v128 { return v128.mul<T>(a, b); }
}
@unmanaged class Max {
  @inline identity<T>(): T { return isFloat<T>() ? <T>-Infinity : <T>i32.MIN_VALUE; }
  @inline one<T>(a: T, b: T): T { return max<T>(a, b); }
  @inline run<T>(a: v128, b: v128): v128 { return v128.max<T>(a, b); }
}
@unmanaged class Min {
  @inline identity<T>(): T { return isFloat<T>() ? <T>Infinity : <T>i32.MAX_VALUE; }
  @inline one<T>(a: T, b: T): T { return min<T>(a, b); }
  @inline run<T>(a: v128, b: v128): v128 { return v128.min<T>(a, b); }
}

@inline
function lanes<T, Operation>(v: v128): T {
  const operation = changetype<Operation>(0);
  const a = operation.one<T>(v128.extract_lane<T>(v, 0), v128.extract_lane<T>(v, 1));
  if (sizeof<T>() == 8) return a;
  const b = operation.one<T>(v128.extract_lane<T>(v, 2), v128.extract_lane<T>(v, 3));
  return operation.one<T>(a, b);
}

/** Reduces neighbours; in float64 where that holds more than T. */
@inline
function neighbours<T, Wide, Operation>(x: usize, k: i32): Wide {
  const operation = changetype<Operation>(0);
  let total = operation.identity<Wide>();
  const end = x + <usize>k * sizeof<T>();
  while (x < end) {
    const stop = min<usize>(end, x + BLOCK * sizeof<T>());
    let s0 = v128.splat<T>(operation.identity<T>());
    let s1 = s0, s2 = s0, s3 = s0;
    for (; x + 64 <= stop; x += 64) {
      s0 = operation.run<T>(s0, v128.load(x));
      s1 = operation.run<T>(s1, v128.load(x, 16));
      s2 = operation.run<T>(s2, v128.load(x, 32));
      s3 = operation.run<T>(s3, v128.load(x, 48));
    }
    for (; x + 16 <= stop; x += 16) s0 = operation.run<T>(s0, v128.load(x));
    s0 = operation.run<T>(operation.run<T>(s0, s1), operation.run<T>(s2, s3));
    total = operation.one<Wide>(total, <Wide>lanes<T, Operation>(s0));
    for (; x < stop; x += sizeof<T>()) total = operation.one<Wide>(total, <Wide>load<T>(x));
  }
  return total;
}

/** Reduces the rows of one matrix [k, inner] column by column, for columns `from` to `to`. */
@inline
function columns<T, Operation>(
  x: usize, y: usize, k: i32, inner: i32, from: i32, to: i32, divisor: f64,
): void {
  const operation = changetype<Operation>(0);
  const stride = <usize>inner * sizeof<T>();
  const start = v128.splat<T>(operation.identity<T>());
  const endBytes = <usize>to * sizeof<T>();
  const scale = v128.splat<T>(<T>divisor);
  for (let at = <usize>from * sizeof<T>(); at < endBytes; at += 32) {
    let t0 = start, t1 = start;
    let row = x + at;
    for (let p = 0; p < k;) {
      const stop = min32(k, p + ROWS);
      let s0 = start, s1 = start;
      for (; p < stop; p++) {
        s0 = operation.run<T>(s0, v128.load(row));
        s1 = operation.run<T>(s1, v128.load(row, 16));
        row += stride;
      }
      t0 = operation.run<T>(t0, s0);
      t1 = operation.run<T>(t1, s1);
    }
    if (isFloat<T>() && divisor != 1) {
      t0 = v128.div<T>(t0, scale);
      t1 = v128.div<T>(t1, scale);
    }
    const rest = endBytes - at;
    if (rest >= 16) v128.store(y + at, t0);
    else storePart(y + at, t0, rest);
    if (rest >= 32) v128.store(y + at, t1, 16);
    else if (rest > 16) storePart(y + at + 16, t1, rest - 16);
  }
}

function rowsOf<T, Wide, Operation>(
  x: usize, y: usize, k: i32, from: i32, to: i32, divisor: f64,
): void {
  for (let row = from; row < to; row++) {
    const total = neighbours<T, Wide, Operation>(x + <usize>row * k * sizeof<T>(), k);
    const at = y + <usize>row * sizeof<T>();
    store<T>(at, isFloat<T>() && divisor != 1 ? <T>(<f64>total / divisor) : <T>total);
  }
}

function columnsOf<T, Operation>(
  x: usize, y: usize, k: i32, inner: i32, outer: i32, from: i32, to: i32, divisor: f64,
): void {
  const size = <usize>inner * sizeof<T>();
  columns<T, Operation>(
    x + <usize>outer * k * size, y + <usize>outer * size, k, inner, from, to, divisor,
  );
}

/** Booleans: any of the bytes (max) or all of them (min). */
function anyOrAll(operation: i32, x: usize, k: i32, stride: usize): i32 {
  const stopAt = operation == 1 ? 1 : 0;
  for (let p = 0; p < k; p++) {
    if (load<u8>(x + <usize>p * stride) == stopAt) return stopAt;
  }
  return 1 - stopAt;
}

function reduceRows(
  operation: i32, dtype: i32, x: usize, y: usize, k: i32, from: i32, to: i32, divisor: f64,
): void {
  if (dtype == 0) {
    if (operation == 0) rowsOf<f32, f64, Sum>(x, y, k, from, to, divisor);
    else if (operation == 1) rowsOf<f32, f32, Max>(x, y, k, from, to, 1);
    else if (operation == 2) rowsOf<f32, f32, Min>(x, y, k, from, to, 1);
    else rowsOf<f32, f64, Prod>(x, y, k, from, to, 1);
  } else if (dtype == 1) {
    if (operation == 0) rowsOf<f64, f64, Sum>(x, y, k, from, to, divisor);
    else if (operation == 1) rowsOf<f64, f64, Max>(x, y, k, from, to, 1);
    else if (operation == 2) rowsOf<f64, f64, Min>(x, y, k, from, to, 1);
    else rowsOf<f64, f64, Prod>(x, y, k, from, to, 1);
  } else if (dtype == 2) {
    if (operation == 0) rowsOf<i32, i32, Sum>(x, y, k, from, to, 1);
    else if (operation == 1) rowsOf<i32, i32, Max>(x, y, k, from, to, 1);
    else if (operation == 2) rowsOf<i32, i32, Min>(x, y, k, from, to, 1);
    else rowsOf<i32, i32, Prod>(x, y, k, from, to, 1);
  } else {
    for (let row = from; row < to; row++) {
      store<u8>(y + row, anyOrAll(operation, x + <usize>row * k, k, 1));
    }
  }
}

function reduceColumns(
  operation: i32, dtype: i32, x: usize, y: usize, k: i32, inner: i32, outer: i32, from: i32, to: i32,
  divisor: f64,
): void {
  if (dtype == 0) {
    if (operation == 0) columnsOf<f32, Sum>(x, y, k, inner, outer, from, to, divisor);
    else if (operation == 1) columnsOf<f32, Max>(x, y, k, inner, outer, from, to, 1);
    else if (operation == 2) columnsOf<f32, Min>(x, y, k, inner, outer, from, to, 1);
    else columnsOf<f32, Prod>(x, y, k, inner, outer, from, to, 1);
  } else if (dtype == 1) {
    if (operation == 0) columnsOf<f64, Sum>(x, y, k, inner, outer, from, to, divisor);
    else if (operation == 1) columnsOf<f64, Max>(x, y, k, inner, outer, from, to, 1);
    else if (operation == 2) columnsOf<f64, Min>(x, y, k, inner, outer, from, to, 1);
    else columnsOf<f64, Prod>(x, y, k, inner, outer, from, to, 1);
  } else if (dtype == 2) {
    if (operation == 0) columnsOf<i32, Sum>(x, y, k, inner, outer, from, to, 1);
    else if (operation == 1) columnsOf<i32, Max>(x, y, k, inner, outer, from, to, 1);
    else if (operation == 2) columnsOf<i32, Min>(x, y, k, inner, outer, from, to, 1);
    else columnsOf<i32, Prod>(x, y, k, inner, outer, from, to, 1);
  } else {
    const matrix = x + <usize>outer * k * inner;
    for (let j = from; j < to; j++) {
      store<u8>(y + outer * inner + j, anyOrAll(operation, matrix + j, k, inner));
    }
  }
}

/**
 * y[outer, inner] = the reduction of x[outer, k, inner]; operation 0 sum, 1 max, 2 min, 3 prod; a sum is divided by
 * `divisor`.
 */
export function reduce(
  operation: i32, dtype: i32, x: usize, y: usize, outer: i32, k: i32, inner: i32, divisor: f64,
): void {
  if (outer == 0 || inner == 0) return;
  const size = <i64>outer * k * inner;
  if (inner == 1 && outer == 1 && k >= 2 * CHUNK && dtype < 3) {
    return reducePieces(operation, dtype, x, y, k, divisor);
  }
  setArgument(0, operation);
  setArgument(1, dtype);
  setArgument(2, x);
  setArgument(3, y);
  setArgument(4, outer);
  setArgument(5, k);
  setArgument(6, inner);
  setDivisor(divisor);
  if (inner == 1) {
    const perChunk = size < 2 * CHUNK ? outer : CHUNK / (k + 1) + 1;
    setArgument(7, perChunk);
    parallel(REDUCE_ROWS, ceilDiv(outer, perChunk));
    return;
  }
  const perChunk = size < 2 * CHUNK ? inner : (CHUNK / (k + 1) + 32) & ~31;
  setArgument(7, perChunk);
  parallel(REDUCE_COLUMNS, outer * ceilDiv(inner, perChunk));
}

@inline
function setDivisor(divisor: f64): void {
  store<f64>(DIVISOR, divisor);
}

@inline
function getDivisor(): f64 {
  return load<f64>(DIVISOR);
}

export function reduceRowsChunk(chunk: i32): void {
  const outer = <i32>argument(4), perChunk = <i32>argument(7);
  const from = chunk * perChunk;
  reduceRows(
    argument(0), argument(1), argument(2), argument(3), argument(5), from,
    min32(outer, from + perChunk), getDivisor(),
  );
}

export function reduceColumnsChunk(chunk: i32): void {
  const inner = <i32>argument(6), perChunk = <i32>argument(7);
  const strips = ceilDiv(inner, perChunk);
  const from = chunk % strips * perChunk;
  reduceColumns(
    argument(0), argument(1), argument(2), argument(3), argument(5), inner, chunk / strips, from,
    min32(inner, from + perChunk), getDivisor(),
  );
}

/** One long run of values: pieces of it, then the pieces' results, which are kept in 8 bytes each. */
function reducePieces(
  operation: i32, dtype: i32, x: usize, y: usize, k: i32, divisor: f64,
): void {
  const perPiece = max32(CHUNK, (ceilDiv(k, <i32>PARTIALS_BYTES / 8) + 15) & ~15);
  const pieces = ceilDiv(k, perPiece);
  setArgument(0, operation);
  setArgument(1, dtype);
  setArgument(2, x);
  setArgument(3, k);
  setArgument(4, perPiece);
  parallel(REDUCE_PIECES, pieces);
  if (dtype == 2) {
    for (let i = 0; i < pieces; i++) {
      store<i32>(PARTIALS + (<usize>i << 2), load<i32>(PARTIALS + (<usize>i << 3)));
    }
    reduceRows(operation, 2, PARTIALS, y, pieces, 0, 1, 1);
    return;
  }
  reduceRows(operation, 1, PARTIALS, PARTIALS, pieces, 0, 1, divisor);
  if (dtype == 0) store<f32>(y, <f32>load<f64>(PARTIALS));
  else store<f64>(y, load<f64>(PARTIALS));
}

export function reducePiecesChunk(chunk: i32): void {
  const operation = <i32>argument(0), dtype = <i32>argument(1), k = <i32>argument(3);
  const perPiece = <i32>argument(4);
  const from = chunk * perPiece;
  const n = min32(k - from, perPiece);
  const to = PARTIALS + (<usize>chunk << 3);
  if (dtype == 0) {
    const x = argument(2) + (<usize>from << 2);
    if (operation == 0) store<f64>(to, neighbours<f32, f64, Sum>(x, n));
    else if (operation == 1) store<f64>(to, neighbours<f32, f32, Max>(x, n));
    else if (operation == 2) store<f64>(to, neighbours<f32, f32, Min>(x, n));
    else store<f64>(to, neighbours<f32, f64, Prod>(x, n));
  } else {
    const x = argument(2) + (<usize>from << (dtype == 1 ? 3 : 2));
    reduceRows(operation, dtype, x, to, n, 0, 1, 1);
  }
}
