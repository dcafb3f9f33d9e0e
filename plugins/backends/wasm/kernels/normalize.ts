/**
 * Normalization of columns (batches) and of rows (layers) of a matrix.
 *
 * Sums over rows are formed in pieces, so many whatever the number of threads, and added in order. The variance of a
 * column is that of the pieces about their own means, and of these means about the mean of all.
 */
import { argument, parallel, setArgument } from "./parallel";
import { NORMALIZE } from "./tasks";
import { ARGUMENTS } from "./layout";
import { ceilDiv, madd, max32, min32, nmadd, storePart } from "./vector";

/** The kinds of work. */
const MOMENTS: i32 = 0;
const STANDARDIZE: i32 = 1;
const GRADIENT_SUMS: i32 = 2;
const GRADIENT: i32 = 3;
const LAYER: i32 = 4;
const LAYER_GRADIENT: i32 = 5;

/** From so many elements on, threads share the work; so many are a chunk of what needs no pieces. */
const SHARED_FROM: i32 = 32768;
const CHUNK: i32 = 16384;
/** Rows that are worked on together, column by column, while the first cache holds them; a sum begins anew for each. */
const BLOCK: i32 = 32;

@inline
function floatArgument(i: i32): f32 {
  return load<f32>(ARGUMENTS + (<usize>i << 2));
}

@inline
function setFloat(i: i32, value: f32): void {
  store<f32>(ARGUMENTS + (<usize>i << 2), value);
}

@inline
function storeUpTo(to: usize, value: v128, left: i32): void {
  if (left >= 4) v128.store(to, value);
  else storePart(to, value, <usize>left << 2);
}

/** 1 / sqrt(variance + epsilon). */
@inline
function inverse(variance: v128, epsilon: f32): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(variance, f32x4.splat(epsilon))));
}

function share(kind: i32, chunks: i32, rows: i32, c: i32): void {
  setArgument(0, kind);
  setArgument(1, rows);
  setArgument(2, c);
  setArgument(3, chunks);
  if (<i64>rows * c >= SHARED_FROM) parallel(NORMALIZE, chunks);
  else for (let chunk = 0; chunk < chunks; chunk++) normalizeChunk(chunk);
}

@inline
function chunksOf(rows: i32, c: i32): i32 {
  return ceilDiv(rows, CHUNK / c + 1);
}

export function normalizeChunk(chunk: i32): void {
  const kind = <i32>argument(0), rows = <i32>argument(1), c = <i32>argument(2);
  const chunks = <i32>argument(3);
  const from = <i32>(<i64>rows * chunk / chunks), end = <i32>(<i64>rows * (chunk + 1) / chunks);
  if (kind == MOMENTS) moments(chunk, from, end, c);
  else if (kind == STANDARDIZE) standardize(from, end, c);
  else if (kind == GRADIENT_SUMS) gradientSums(chunk, from, end, c);
  else if (kind == GRADIENT) columnsGradient(from, end, c);
  else if (kind == LAYER) layerRows(from, end, c);
  else layerGradientRows(chunk, from, end, c);
}

// ---- columns ----

/** mean[c] and variance[c] of x[rows, c]; `room` takes two rows a piece. */
export function columnMoments(
  x: usize, mean: usize, variance: usize, room: usize, rows: i32, c: i32, pieces: i32,
): void {
  setArgument(4, x);
  setArgument(5, room);
  share(MOMENTS, pieces, rows, c);
  const bytes = <usize>c << 2;
  const all = f32x4.splat(<f32>rows);
  for (let at: usize = 0; at < bytes; at += 16) {
    let sum = f32x4.splat(0);
    for (let piece = 0; piece < pieces; piece++) {
      const mine = f32x4.splat(<f32>rowsOf(piece, pieces, rows));
      sum = madd<f32>(v128.load(room + <usize>(2 * piece) * bytes + at), mine, sum);
    }
    const average = f32x4.div(sum, all);
    let squares = f32x4.splat(0);
    for (let piece = 0; piece < pieces; piece++) {
      const from = room + <usize>(2 * piece) * bytes + at;
      const mine = f32x4.splat(<f32>rowsOf(piece, pieces, rows));
      const apart = f32x4.sub(v128.load(from), average);
      squares = f32x4.add(squares, v128.load(from + bytes));
      squares = madd<f32>(f32x4.mul(apart, apart), mine, squares);
    }
    const left = <i32>(bytes - at) >> 2;
    storeUpTo(mean + at, average, left);
    storeUpTo(variance + at, f32x4.div(squares, all), left);
  }
}

@inline
function rowsOf(piece: i32, pieces: i32, rows: i32): i32 {
  return <i32>(<i64>rows * (piece + 1) / pieces) - <i32>(<i64>rows * piece / pieces);
}

/** The mean of a piece's columns, and the sum of squares about it. */
function moments(piece: i32, first: i32, end: i32, c: i32): void {
  const stride = <usize>c << 2;
  const x = argument(4) + <usize>first * stride;
  const mean = argument(5) + <usize>(2 * piece) * stride, squares = mean + stride;
  memory.fill(mean, 0, 2 * stride);
  const rows = end - first;
  for (let row = 0; row < rows; row += BLOCK) {
    const count = min32(BLOCK, rows - row);
    for (let at: usize = 0; at < stride; at += 16) {
      let from = x + <usize>row * stride + at;
      let sum = f32x4.splat(0);
      for (let i = 0; i < count; i++) {
        sum = f32x4.add(sum, v128.load(from));
        from += stride;
      }
      storeUpTo(mean + at, f32x4.add(v128.load(mean + at), sum), <i32>(stride - at) >> 2);
    }
  }
  const all = f32x4.splat(<f32>rows);
  for (let at: usize = 0; at < stride; at += 16) {
    storeUpTo(mean + at, f32x4.div(v128.load(mean + at), all), <i32>(stride - at) >> 2);
  }
  for (let row = 0; row < rows; row += BLOCK) {
    const count = min32(BLOCK, rows - row);
    for (let at: usize = 0; at < stride; at += 16) {
      let from = x + <usize>row * stride + at;
      const middle = v128.load(mean + at);
      let sum = f32x4.splat(0);
      for (let i = 0; i < count; i++) {
        const apart = f32x4.sub(v128.load(from), middle);
        sum = madd<f32>(apart, apart, sum);
        from += stride;
      }
      storeUpTo(squares + at, f32x4.add(v128.load(squares + at), sum), <i32>(stride - at) >> 2);
    }
  }
}

/** y = (x - mean) / sqrt(variance + epsilon) scale + offset, by column. */
export function normalizeColumns(
  x: usize, mean: usize, variance: usize, scale: usize, offset: usize, y: usize, rows: i32, c: i32,
  epsilon: f32,
): void {
  setArgument(4, x);
  setArgument(5, mean);
  setArgument(6, variance);
  setArgument(7, scale);
  setArgument(8, offset);
  setArgument(9, y);
  setFloat(10, epsilon);
  share(STANDARDIZE, chunksOf(rows, c), rows, c);
}

function standardize(first: i32, end: i32, c: i32): void {
  const stride = <usize>c << 2;
  const epsilon = floatArgument(10);
  for (let row = first; row < end; row += BLOCK) {
    const count = min32(BLOCK, end - row);
    const skipped = <usize>row * stride;
    for (let at: usize = 0; at < stride; at += 16) {
      const left = <i32>(stride - at) >> 2;
      const mean = v128.load(argument(5) + at), offset = v128.load(argument(8) + at);
      const factor = f32x4.mul(inverse(v128.load(argument(6) + at), epsilon), v128.load(argument(7) + at));
      let from = argument(4) + skipped + at, to = argument(9) + skipped + at;
      for (let i = 0; i < count; i++) {
        storeUpTo(to, madd<f32>(f32x4.sub(v128.load(from), mean), factor, offset), left);
        from += stride;
        to += stride;
      }
    }
  }
}

/** The gradients of x, scale and offset, through mean and variance; `room` takes two rows a piece. */
export function columnsGradients(
  x: usize, mean: usize, variance: usize, scale: usize, g: usize, dx: usize, dScale: usize,
  dOffset: usize, room: usize, rows: i32, c: i32, pieces: i32, epsilon: f32,
): void {
  setArgument(4, x);
  setArgument(5, room);
  setArgument(6, mean);
  setArgument(7, g);
  share(GRADIENT_SUMS, pieces, rows, c);
  const bytes = <usize>c << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    let sum = f32x4.splat(0), products = f32x4.splat(0);
    for (let piece = 0; piece < pieces; piece++) {
      const from = room + <usize>(2 * piece) * bytes + at;
      sum = f32x4.add(sum, v128.load(from));
      products = f32x4.add(products, v128.load(from + bytes));
    }
    const left = <i32>(bytes - at) >> 2;
    storeUpTo(dOffset + at, sum, left);
    storeUpTo(dScale + at, f32x4.mul(products, inverse(v128.load(variance + at), epsilon)), left);
  }
  setArgument(5, dScale);
  setArgument(8, variance);
  setArgument(9, scale);
  setArgument(10, dOffset);
  setArgument(11, dx);
  setFloat(12, epsilon);
  share(GRADIENT, chunksOf(rows, c), rows, c);
}

/** Sums of g and of g (x - mean) over a piece's rows. */
function gradientSums(piece: i32, first: i32, end: i32, c: i32): void {
  const stride = <usize>c << 2;
  const sums = argument(5) + <usize>(2 * piece) * stride, products = sums + stride;
  memory.fill(sums, 0, 2 * stride);
  for (let row = first; row < end; row += BLOCK) {
    const count = min32(BLOCK, end - row);
    const skipped = <usize>row * stride;
    for (let at: usize = 0; at < stride; at += 16) {
      const left = <i32>(stride - at) >> 2;
      const mean = v128.load(argument(6) + at);
      let fromX = argument(4) + skipped + at, fromG = argument(7) + skipped + at;
      let s = f32x4.splat(0), p = f32x4.splat(0);
      for (let i = 0; i < count; i++) {
        const upstream = v128.load(fromG);
        s = f32x4.add(s, upstream);
        p = madd<f32>(upstream, f32x4.sub(v128.load(fromX), mean), p);
        fromX += stride;
        fromG += stride;
      }
      storeUpTo(sums + at, f32x4.add(v128.load(sums + at), s), left);
      storeUpTo(products + at, f32x4.add(v128.load(products + at), p), left);
    }
  }
}

/** dx = (g - mean of g - z mean of g z) scale / sqrt(variance + epsilon), with z the standardized x. */
function columnsGradient(first: i32, end: i32, c: i32): void {
  const stride = <usize>c << 2;
  const epsilon = floatArgument(12);
  const rows = f32x4.splat(<f32><i32>argument(1));
  for (let row = first; row < end; row += BLOCK) {
    const count = min32(BLOCK, end - row);
    const skipped = <usize>row * stride;
    for (let at: usize = 0; at < stride; at += 16) {
      const left = <i32>(stride - at) >> 2;
      const mean = v128.load(argument(6) + at);
      const inverted = inverse(v128.load(argument(8) + at), epsilon);
      const factor = f32x4.mul(inverted, v128.load(argument(9) + at));
      const meanG = f32x4.div(v128.load(argument(10) + at), rows);
      const slope = f32x4.mul(f32x4.div(v128.load(argument(5) + at), rows), inverted);
      let fromX = argument(4) + skipped + at, fromG = argument(7) + skipped + at;
      let to = argument(11) + skipped + at;
      for (let i = 0; i < count; i++) {
        const apart = f32x4.sub(v128.load(fromX), mean);
        const rest = nmadd<f32>(apart, slope, f32x4.sub(v128.load(fromG), meanG));
        storeUpTo(to, f32x4.mul(rest, factor), left);
        fromX += stride;
        fromG += stride;
        to += stride;
      }
    }
  }
}

// ---- rows ----

@inline
function sumOf(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** Zeros for lanes beyond the end of a row. */
@inline
function within(value: v128, left: i32): v128 {
  return v128.and(value, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left)));
}

/** y = (x - mean) / sqrt(variance + epsilon) scale + offset, by row; without offset, mean is 0. */
export function normalizeRows(
  x: usize, scale: usize, offset: usize, y: usize, rows: i32, c: i32, epsilon: f32,
): void {
  setArgument(4, x);
  setArgument(5, scale);
  setArgument(6, offset);
  setArgument(7, y);
  setFloat(8, epsilon);
  share(LAYER, chunksOf(rows, c), rows, c);
}

/** The sum of a row; in blocks, which are added in float64. */
function rowSum(x: usize, c: i32): f64 {
  let total: f64 = 0;
  while (c > 0) {
    const stop = max32(0, c - 1024);
    let s0 = f32x4.splat(0), s1 = s0;
    for (; c - 8 >= stop; c -= 8) {
      s0 = f32x4.add(s0, v128.load(x));
      s1 = f32x4.add(s1, v128.load(x, 16));
      x += 32;
    }
    for (; c > stop; c -= 4) {
      s0 = f32x4.add(s0, within(v128.load(x), c));
      x += 16;
    }
    total += sumOf(f32x4.add(s0, s1));
  }
  return total;
}

/** The sum of squares of a row about a mean. */
function rowSquares(x: usize, c: i32, mean: f32): f64 {
  const middle = f32x4.splat(mean);
  let total: f64 = 0;
  while (c > 0) {
    const stop = max32(0, c - 1024);
    let s0 = f32x4.splat(0), s1 = s0;
    for (; c - 8 >= stop; c -= 8) {
      const a = f32x4.sub(v128.load(x), middle), b = f32x4.sub(v128.load(x, 16), middle);
      s0 = madd<f32>(a, a, s0);
      s1 = madd<f32>(b, b, s1);
      x += 32;
    }
    for (; c > stop; c -= 4) {
      const a = within(f32x4.sub(v128.load(x), middle), c);
      s0 = madd<f32>(a, a, s0);
      x += 16;
    }
    total += sumOf(f32x4.add(s0, s1));
  }
  return total;
}

@inline
function meanOf(x: usize, c: i32, isCentred: bool): f32 {
  return isCentred ? <f32>(rowSum(x, c) / <f64>c) : 0;
}

@inline
function inverseOf(x: usize, c: i32, mean: f32, epsilon: f32): f32 {
  return 1 / sqrt<f32>(<f32>(rowSquares(x, c, mean) / <f64>c) + epsilon);
}

function layerRows(first: i32, end: i32, c: i32): void {
  const stride = <usize>c << 2;
  const scale = argument(5), offset = argument(6);
  const epsilon = floatArgument(8);
  let x = argument(4) + <usize>first * stride, y = argument(7) + <usize>first * stride;
  for (let row = first; row < end; row++) {
    const mean = meanOf(x, c, offset != 0);
    const factor = f32x4.splat(inverseOf(x, c, mean, epsilon));
    const middle = f32x4.splat(mean);
    for (let at: usize = 0; at < stride; at += 16) {
      const z = f32x4.mul(f32x4.sub(v128.load(x + at), middle), factor);
      const start = offset ? v128.load(offset + at) : f32x4.splat(0);
      storeUpTo(y + at, madd<f32>(z, v128.load(scale + at), start), <i32>(stride - at) >> 2);
    }
    x += stride;
    y += stride;
  }
}

/** The gradients of x, and in `room`, two rows a piece, the sums for scale and offset. */
export function rowsGradients(
  x: usize, scale: usize, g: usize, dx: usize, room: usize, isCentred: i32, rows: i32, c: i32, pieces: i32,
  epsilon: f32,
): void {
  setArgument(4, x);
  setArgument(5, scale);
  setArgument(6, g);
  setArgument(7, dx);
  setArgument(8, room);
  setArgument(9, isCentred);
  setFloat(10, epsilon);
  share(LAYER_GRADIENT, pieces, rows, c);
}

function layerGradientRows(piece: i32, first: i32, end: i32, c: i32): void {
  const stride = <usize>c << 2;
  const skipped = <usize>first * stride;
  const scale = argument(5);
  const isCentred = argument(9) != 0;
  const epsilon = floatArgument(10);
  let x = argument(4) + skipped, g = argument(6) + skipped, dx = argument(7) + skipped;
  // All sums for the scale, then all for the offset: each is reduced in one run.
  const dScale = argument(8) + <usize>piece * stride;
  const dOffset = dScale + argument(3) * stride;
  memory.fill(dScale, 0, stride);
  memory.fill(dOffset, 0, stride);
  for (let row = first; row < end; row++) {
    const mean = meanOf(x, c, isCentred);
    const inverted = inverseOf(x, c, mean, epsilon);
    const middle = f32x4.splat(mean), factor = f32x4.splat(inverted);
    let sum = f32x4.splat(0), products = f32x4.splat(0);
    for (let at: usize = 0; at < stride; at += 16) {
      const left = <i32>(stride - at) >> 2;
      const z = f32x4.mul(f32x4.sub(v128.load(x + at), middle), factor);
      const upstream = v128.load(g + at);
      const scaled = f32x4.mul(upstream, v128.load(scale + at));
      sum = f32x4.add(sum, within(scaled, left));
      products = f32x4.add(products, within(f32x4.mul(scaled, z), left));
      storeUpTo(dScale + at, madd<f32>(upstream, z, v128.load(dScale + at)), left);
      storeUpTo(dOffset + at, f32x4.add(v128.load(dOffset + at), upstream), left);
    }
    const meanG = f32x4.splat(isCentred ? sumOf(sum) / <f32>c : 0);
    const meanGz = f32x4.splat(sumOf(products) / <f32>c);
    for (let at: usize = 0; at < stride; at += 16) {
      const z = f32x4.mul(f32x4.sub(v128.load(x + at), middle), factor);
      const scaled = f32x4.mul(v128.load(g + at), v128.load(scale + at));
      const rest = nmadd<f32>(z, meanGz, f32x4.sub(scaled, meanG));
      storeUpTo(dx + at, f32x4.mul(rest, factor), <i32>(stride - at) >> 2);
    }
    x += stride;
    g += stride;
    dx += stride;
  }
}
