/** Composites of a training step, each in one pass. */
import { BIAS_GRADIENT, FUSED_ROWS, UPDATE } from "./tasks";
import { exp32, log32 } from "./math32";
import { PARTIALS, PARTIALS_BYTES, SHAPES } from "./layout";
import { argument, parallel, setArgument } from "./parallel";
import { ceilDiv, madd, max32, min32, storePart } from "./vector";

/** Elements of a chunk. */
const CHUNK: i32 = 8192;

const LINEAR: i32 = 0;
const RELU: i32 = 1;
const SIGMOID: i32 = 2;

/** g times the derivative of the activation, from its output y. */
@inline
function derivative(activation: i32, y: v128, g: v128): v128 {
  const one = f32x4.splat(1);
  if (activation == RELU) return v128.and(g, f32x4.gt(y, f32x4.splat(0)));
  if (activation == LINEAR) return g;
  if (activation == SIGMOID) return f32x4.mul(g, f32x4.mul(y, f32x4.sub(one, y)));
  return f32x4.mul(g, f32x4.sub(one, f32x4.mul(y, y)));
}

// ---- dz and db of act(x w + b) ----

/** Rows of a piece, at least, and the most pieces. */
const PIECE_ROWS: i32 = 512;
const MOST_PIECES: i32 = 32;
/** Rows that are summed before they are added to the total. */
const BLOCK_ROWS: i32 = 64;

/**
 * dz[rows, n] = g act'(y) and db[n] = the sum of dz over the rows, in blocks of rows. Many rows are cut into pieces, so
 * many whatever the number of threads; few are cut into columns.
 */
export function biasActivationGradient(
  activation: i32, y: usize, g: usize, dz: usize, db: usize, rows: i32, n: i32,
): void {
  const padded = (n + 7) & ~7;
  const pieces = min32(min32(rows / PIECE_ROWS, MOST_PIECES), <i32>PARTIALS_BYTES / 4 / padded);
  setArgument(0, activation);
  setArgument(1, y);
  setArgument(2, g);
  setArgument(3, dz);
  setArgument(4, db);
  setArgument(5, rows);
  setArgument(6, n);
  if (pieces > 1) {
    setArgument(7, 0);
    setArgument(8, pieces);
    parallel(BIAS_GRADIENT, pieces);
    for (let column = 0; column < n; column += 4) {
      let total = f32x4.splat(0);
      for (let piece = 0; piece < pieces; piece++) {
        total = f32x4.add(total, v128.load(PARTIALS + (<usize>(piece * padded + column) << 2)));
      }
      const to = db + (<usize>column << 2);
      if (n - column >= 4) v128.store(to, total);
      else storePart(to, total, <usize>(n - column) << 2);
    }
    return;
  }
  const perChunk = <i64>rows * n < 2 * CHUNK ? n : (CHUNK / (rows + 1) + 16) & ~15;
  setArgument(7, perChunk);
  parallel(BIAS_GRADIENT, ceilDiv(n, perChunk));
}

export function biasGradientChunk(chunk: i32): void {
  const perChunk = <i32>argument(7), n = <i32>argument(6), rows = <i32>argument(5);
  if (perChunk == 0) return biasPiece(chunk, rows, n);
  const end = min32(n, (chunk + 1) * perChunk);
  const db = argument(4);
  memory.fill(db + (<usize>(chunk * perChunk) << 2), 0, <usize>(end - chunk * perChunk) << 2);
  for (let column = chunk * perChunk; column < end; column += 8) {
    const valid = min32(8, end - column);
    for (let row = 0; row < rows; row += BLOCK_ROWS) {
      biasBlock(argument(0), row, min32(BLOCK_ROWS, rows - row), column, valid, db);
    }
  }
}

/** Some rows: block by block, so that a block's columns pass by while it is in the first cache. */
function biasPiece(piece: i32, rows: i32, n: i32): void {
  const pieces = <i32>argument(8);
  const padded = (n + 7) & ~7;
  const sums = PARTIALS + (<usize>(piece * padded) << 2);
  memory.fill(sums, 0, <usize>padded << 2);
  const end = <i32>(<i64>rows * (piece + 1) / pieces);
  for (let row = <i32>(<i64>rows * piece / pieces); row < end; row += BLOCK_ROWS) {
    const count = min32(BLOCK_ROWS, end - row);
    for (let column = 0; column < n; column += 8) {
      biasBlock(argument(0), row, count, column, min32(8, n - column), sums);
    }
  }
}

/** At most 8 columns of some rows; their sums are added to `sums`. */
function biasBlock(activation: i32, row: i32, rows: i32, column: i32, valid: i32, sums: usize): void {
  const stride = <usize>argument(6) << 2;
  const at = <usize>column << 2;
  const offset = <usize>row * stride + at;
  let y = argument(1) + offset, g = argument(2) + offset, dz = argument(3) + offset;
  const wide = valid > 4;
  const bytes0 = <usize>min32(valid, 4) << 2, bytes1 = <usize>(valid - 4) << 2;
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  for (let i = 0; i < rows; i++) {
    const d0 = derivative(activation, v128.load(y), v128.load(g));
    s0 = f32x4.add(s0, d0);
    if (wide) {
      const d1 = derivative(activation, v128.load(y, 16), v128.load(g, 16));
      s1 = f32x4.add(s1, d1);
      if (valid == 8) v128.store(dz, d1, 16);
      else storePart(dz + 16, d1, bytes1);
    }
    if (valid >= 4) v128.store(dz, d0);
    else storePart(dz, d0, bytes0);
    y += stride;
    g += stride;
    dz += stride;
  }
  const to = sums + at;
  s0 = f32x4.add(v128.load(to), s0);
  if (valid >= 4) v128.store(to, s0);
  else storePart(to, s0, bytes0);
  if (!wide) return;
  s1 = f32x4.add(v128.load(to, 16), s1);
  if (valid == 8) v128.store(to, s1, 16);
  else storePart(to + 16, s1, bytes1);
}

// ---- rows of logits ----

/** The kinds of work on a row. */
const SOFTMAX: i32 = 0;
const LOG_SOFTMAX: i32 = 1;
const SOFTMAX_GRADIENT: i32 = 2;
const CROSS_ENTROPY: i32 = 3;
const CROSS_ENTROPY_GRADIENT: i32 = 4;

/**
 * Works on rows of c values. The first bad label's position is the answer where there are labels, else -1.
 * x: logits, or the softmax for its gradient; other: labels, or the upstream gradient; scale: the upstream
 * gradient of a cross entropy, one value a row.
 */
export function fusedRows(
  kind: i32, x: usize, other: usize, scale: usize, y: usize, rows: i32, c: i32,
): i32 {
  if (kind >= CROSS_ENTROPY) {
    for (let row = 0; row < rows; row++) {
      if (<u32>load<i32>(other + (<usize>row << 2)) >= <u32>c) return row;
    }
  }
  const perChunk = <i64>rows * c < 2 * CHUNK ? rows : CHUNK / (c + 1) + 1;
  setArgument(0, kind);
  setArgument(1, x);
  setArgument(2, other);
  setArgument(3, scale);
  setArgument(4, y);
  setArgument(5, rows);
  setArgument(6, c);
  setArgument(7, perChunk);
  if (rows > 0) parallel(FUSED_ROWS, ceilDiv(rows, perChunk));
  return -1;
}

export function fusedRowsChunk(chunk: i32): void {
  const kind = <i32>argument(0), c = <i32>argument(6), perChunk = <i32>argument(7);
  const stride = <usize>c << 2;
  const end = min32(argument(5), (chunk + 1) * perChunk);
  for (let row = chunk * perChunk; row < end; row++) {
    const offset = <usize>row * stride;
    const x = argument(1) + offset, at = <usize>row << 2;
    if (kind == SOFTMAX) softmaxRow(x, argument(4) + offset, c, 1);
    else if (kind == LOG_SOFTMAX) {
      const top = maximum(x, c);
      const shift = top + log(exponentials(x, 0, c, top));
      shiftRow(x, argument(4) + offset, c, shift);
    } else if (kind == SOFTMAX_GRADIENT) {
      gradientRow(x, argument(2) + offset, argument(4) + offset, c);
    } else if (kind == CROSS_ENTROPY) {
      const label = load<f32>(x + (<usize>load<i32>(argument(2) + at) << 2));
      const top = maximum(x, c);
      store<f32>(argument(4) + at, log(exponentials(x, 0, c, top)) - (label - top));
    } else {
      const g = load<f32>(argument(3) + at);
      const label = <usize>load<i32>(argument(2) + at) << 2;
      const y = argument(4) + offset;
      softmaxRow(x, y, c, g);
      store<f32>(y + label, load<f32>(y + label) - g);
    }
  }
}

/** The next four values; beyond the end of the row, `filler`. */
@inline
function part(x: usize, left: i32, filler: f32): v128 {
  const valid = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left));
  return v128.bitselect(v128.load(x), f32x4.splat(filler), valid);
}

@inline
function log(x: f32): f32 {
  return f32x4.extract_lane(log32(f32x4.splat(x)), 0);
}

@inline
function sumOf(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

function maximum(x: usize, c: i32): f32 {
  let top = f32x4.splat(-Infinity);
  let left = c;
  for (; left >= 4; left -= 4) {
    top = f32x4.max(top, v128.load(x));
    x += 16;
  }
  if (left > 0) top = f32x4.max(top, part(x, left, -Infinity));
  return max<f32>(
    max<f32>(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
    max<f32>(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
  );
}

/** The sum of e^(x - top), in blocks; the exponentials go to y where there is one. */
function exponentials(x: usize, y: usize, c: i32, top: f32): f32 {
  const shift = f32x4.splat(top);
  let total: f64 = 0;
  let left = c;
  while (left > 0) {
    const stop = left > 1024 ? left - 1024 : 0;
    let sum = f32x4.splat(0);
    for (; left - stop >= 4; left -= 4) {
      const e = exp32(f32x4.sub(v128.load(x), shift));
      if (y) v128.store(y, e), y += 16;
      sum = f32x4.add(sum, e);
      x += 16;
    }
    if (left < 4 && left > stop) {
      const e = exp32(f32x4.sub(part(x, left, -Infinity), shift));
      if (y) storePart(y, e, <usize>left << 2);
      sum = f32x4.add(sum, e);
      left = 0;
    }
    total += sumOf(sum);
  }
  return <f32>total;
}

/** y = scale e^x / sum e^x. */
function softmaxRow(x: usize, y: usize, c: i32, scale: f32): void {
  const sum = exponentials(x, y, c, maximum(x, c));
  const factor = f32x4.splat(scale / sum);
  for (; c >= 4; c -= 4) {
    v128.store(y, f32x4.mul(v128.load(y), factor));
    y += 16;
  }
  if (c > 0) storePart(y, f32x4.mul(v128.load(y), factor), <usize>c << 2);
}

function shiftRow(x: usize, y: usize, c: i32, shift: f32): void {
  const amount = f32x4.splat(shift);
  for (; c >= 4; c -= 4) {
    v128.store(y, f32x4.sub(v128.load(x), amount));
    x += 16;
    y += 16;
  }
  if (c > 0) storePart(y, f32x4.sub(v128.load(x), amount), <usize>c << 2);
}

/** out = y (g - sum g y). */
function gradientRow(y: usize, g: usize, out: usize, c: i32): void {
  let sum = f32x4.splat(0);
  let left = c;
  let atY = y, atG = g;
  for (; left >= 4; left -= 4) {
    sum = madd<f32>(v128.load(atY), v128.load(atG), sum);
    atY += 16;
    atG += 16;
  }
  if (left > 0) sum = madd<f32>(part(atY, left, 0), part(atG, left, 0), sum);
  const dot = f32x4.splat(sumOf(sum));
  for (left = c; left >= 4; left -= 4) {
    v128.store(out, f32x4.mul(v128.load(y), f32x4.sub(v128.load(g), dot)));
    y += 16;
    g += 16;
    out += 16;
  }
  if (left > 0) {
    const value = f32x4.mul(v128.load(y), f32x4.sub(v128.load(g), dot));
    storePart(out, value, <usize>left << 2);
  }
}

// ---- whole arrays, element by element ----

/** The kinds of element by element work. */
const ACTIVATION_GRADIENT: i32 = 0;
const SGD: i32 = 4;
const MOMENTUM: i32 = 5;
const NESTEROV: i32 = 6;
const ADAM: i32 = 7;
const RMSPROP: i32 = 8;
const EMA: i32 = 9;
const DECAY: i32 = 10;

/** Below this, moments count for nothing beside any epsilon, and soon would be denormal numbers, which are slow. */
const TINY: f32 = 1e-37;

/** Zero for what is tiny. NaN stays. */
@inline
function flushed(value: v128, tiny: v128): v128 {
  return v128.andnot(value, f32x4.lt(f32x4.abs(value), tiny));
}

/** Work on arrays, element by element, as the host writes it; `fused.ts` beside this folder is the other end. */
@unmanaged
class Update {
  /** How many elements updates before it have, in whole vectors. */
  before: i32;
  kind: i32;
  n: i32;
  /** A parameter and its gradient, two moments, and where their next values go, which may be where they are. */
  p: usize;
  g: usize;
  m: usize;
  v: usize;
  p2: usize;
  m2: usize;
  v2: usize;
  rate: f32;
  a: f32;
  b: f32;
  epsilon: f32;
}

const UPDATE_BYTES: usize = 64;

@inline
function updateAt(i: i32): Update {
  return changetype<Update>(SHAPES + <usize>i * UPDATE_BYTES);
}

/**
 * Steps of an optimizer, or gradients of activations (kinds 0 to 3, by activation: g is the upstream gradient, p the
 * output): so many updates, which stand in SHAPES. Arrays are padded to whole vectors, so the last one is not cut.
 */
export function update(count: i32): void {
  let total = 0;
  for (let i = 0; i < count; i++) {
    const u = updateAt(i);
    u.before = total;
    total += (u.n + 3) & ~3;
  }
  const perChunk = total < 3 * CHUNK ? total : CHUNK;
  setArgument(0, count);
  setArgument(1, total);
  setArgument(2, perChunk);
  if (total > 0) parallel(UPDATE, ceilDiv(total, perChunk));
}

/** A range of the elements of all updates, put one behind the other. */
export function updateChunk(chunk: i32): void {
  const count = <i32>argument(0), perChunk = <i32>argument(2);
  const from = chunk * perChunk, to = min32(<i32>argument(1), from + perChunk);
  for (let i = 0; i < count; i++) {
    const u = updateAt(i);
    const first = max32(from - u.before, 0), end = min32(to - u.before, u.n);
    if (first < end) updateRange(u, <usize>first << 2, <usize>(end - first) << 2);
  }
}

function updateRange(u: Update, at: usize, bytes: usize): void {
  const kind = u.kind;
  const p = u.p + at, g = u.g + at, m = u.m + at, v = u.v + at;
  const p2 = u.p2 + at, m2 = u.m2 + at, v2 = u.v2 + at;
  const rate = f32x4.splat(u.rate), a = f32x4.splat(u.a), b = f32x4.splat(u.b);
  const epsilon = f32x4.splat(u.epsilon);
  // Without epsilon, tiny moments divide each other.
  const tiny = f32x4.splat(u.epsilon > 0 ? TINY : 0);
  if (kind < SGD) {
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(p2 + i, derivative(kind - ACTIVATION_GRADIENT, v128.load(p + i), v128.load(g + i)));
    }
  } else if (kind == SGD) {
    for (let i: usize = 0; i < bytes; i += 16) {
      const step = f32x4.mul(rate, v128.load(g + i));
      v128.store(p2 + i, f32x4.sub(v128.load(p + i), step));
    }
  } else if (kind == MOMENTUM || kind == NESTEROV) {
    for (let i: usize = 0; i < bytes; i += 16) {
      const step = f32x4.mul(rate, v128.load(g + i));
      const velocity = f32x4.sub(f32x4.mul(a, v128.load(m + i)), step);
      const move = kind == MOMENTUM ? velocity : f32x4.sub(f32x4.mul(a, velocity), step);
      v128.store(m2 + i, velocity);
      v128.store(p2 + i, f32x4.add(v128.load(p + i), move));
    }
  } else if (kind == ADAM) {
    for (let i: usize = 0; i < bytes; i += 16) {
      const gradient = v128.load(g + i);
      const m0 = v128.load(m + i), v0 = v128.load(v + i);
      const m1 = flushed(madd<f32>(f32x4.sub(gradient, m0), a, m0), tiny);
      const v1 = flushed(madd<f32>(f32x4.sub(f32x4.mul(gradient, gradient), v0), b, v0), tiny);
      v128.store(m2 + i, m1);
      v128.store(v2 + i, v1);
      const step = f32x4.div(f32x4.mul(m1, rate), f32x4.add(f32x4.sqrt(v1), epsilon));
      v128.store(p2 + i, f32x4.sub(v128.load(p + i), step));
    }
  } else if (kind == DECAY) {
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(p2 + i, f32x4.mul(v128.load(p + i), rate));
    }
  } else if (kind == EMA) {
    for (let i: usize = 0; i < bytes; i += 16) {
      const kept = f32x4.mul(a, v128.load(p + i));
      v128.store(p2 + i, f32x4.add(kept, f32x4.mul(b, v128.load(g + i))));
    }
  } else {
    for (let i: usize = 0; i < bytes; i += 16) {
      const gradient = v128.load(g + i);
      const square = f32x4.mul(f32x4.mul(gradient, gradient), b);
      const v1 = flushed(madd<f32>(a, v128.load(v + i), square), tiny);
      v128.store(v2 + i, v1);
      const step = f32x4.div(f32x4.mul(rate, gradient), f32x4.sqrt(f32x4.add(v1, epsilon)));
      v128.store(p2 + i, f32x4.sub(v128.load(p + i), step));
    }
  }
}
