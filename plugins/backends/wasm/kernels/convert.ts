/** Conversion between element types, and selection. */
import { SHAPES } from "./layout";
import { argument, parallel, setArgument } from "./parallel";
import { offsetAt, STRIDES_A, STRIDES_B, STRIDES_C } from "./strided";
import { CAST } from "./tasks";
import { ceilDiv, min32, storePart } from "./vector";

/** Elements of a chunk. */
const CHUNK: i32 = 32768;

/** Cut off towards zero, held at the ends of the range; NaN gives 0. */
@inline
function saturate(x: f64): i32 {
  return i32x4.extract_lane(i32x4.trunc_sat_f64x2_s_zero(f64x2.splat(x)), 0);
}

function convert<From, To>(x: usize, y: usize, n: i32): void {
  const end = y + <usize>n * sizeof<To>();
  if (isFloat<To>() && sizeof<To>() == 4 && sizeof<From>() == 1) {
    // Reads and writes whole vectors: tensors are padded to 16 bytes.
    for (; y < end; y += 16) {
      const bytes = i16x8.extend_low_i8x16_u(v128.load32_zero(x));
      v128.store(y, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(bytes)));
      x += 4;
    }
    return;
  }
  if (isFloat<To>() && sizeof<To>() == 4 && isInteger<From>()) {
    for (; y < end; y += 16) {
      v128.store(y, f32x4.convert_i32x4_s(v128.load(x)));
      x += 16;
    }
    return;
  }
  if (isFloat<From>() && sizeof<From>() == 4 && isInteger<To>() && sizeof<To>() == 4) {
    for (; y < end; y += 16) {
      v128.store(y, i32x4.trunc_sat_f32x4_s(v128.load(x)));
      x += 16;
    }
    return;
  }
  for (; y < end; y += sizeof<To>()) {
    const value = load<From>(x);
    if (sizeof<To>() == 1) store<u8>(y, value != <From>0 ? 1 : 0);
    else if (isFloat<From>() && isInteger<To>()) store<i32>(y, saturate(<f64>value));
    else store<To>(y, <To>value);
    x += sizeof<From>();
  }
}

function convertRun(from: i32, to: i32, x: usize, y: usize, n: i32): void {
  switch (from * 4 + to) {
    case 1: return convert<f32, f64>(x, y, n);
    case 2: return convert<f32, i32>(x, y, n);
    case 3: return convert<f32, u8>(x, y, n);
    case 4: return convert<f64, f32>(x, y, n);
    case 6: return convert<f64, i32>(x, y, n);
    case 7: return convert<f64, u8>(x, y, n);
    case 8: return convert<i32, f32>(x, y, n);
    case 9: return convert<i32, f64>(x, y, n);
    case 11: return convert<i32, u8>(x, y, n);
    case 12: return convert<u8, f32>(x, y, n);
    case 13: return convert<u8, f64>(x, y, n);
    case 14: return convert<u8, i32>(x, y, n);
    default: memory.copy(y, x, <usize>n << shiftOf(from));
  }
}

/** The logarithm of an element's size. */
export function shiftOf(dtype: i32): usize {
  return dtype == 1 ? 3 : dtype == 3 ? 0 : 2;
}

/** y = x in another element type. */
export function cast(from: i32, to: i32, x: usize, y: usize, n: i32): void {
  const perChunk = n < 4 * CHUNK ? n : CHUNK;
  setArgument(0, from);
  setArgument(1, to);
  setArgument(2, x);
  setArgument(3, y);
  setArgument(4, n);
  setArgument(5, perChunk);
  if (n > 0) parallel(CAST, ceilDiv(n, perChunk));
}

export function castChunk(chunk: i32): void {
  const from = <i32>argument(0), to = <i32>argument(1), perChunk = <i32>argument(5);
  const first = chunk * perChunk;
  const n = min32(perChunk, <i32>argument(4) - first);
  const x = argument(2) + (<usize>first << shiftOf(from));
  convertRun(from, to, x, argument(3) + (<usize>first << shiftOf(to)), n);
}

/** The mask of as many conditions as a vector of T has lanes. */
@inline
function maskAt<T>(condition: usize): v128 {
  if (sizeof<T>() == 1) return i8x16.ne(v128.load(condition), i8x16.splat(0));
  if (sizeof<T>() == 4) {
    const bytes = i16x8.extend_low_i8x16_u(v128.load32_zero(condition));
    return i32x4.ne(i32x4.extend_low_i16x8_u(bytes), i32x4.splat(0));
  }
  const first: i64 = load<u8>(condition) ? -1 : 0, second: i64 = load<u8>(condition, 1) ? -1 : 0;
  return i64x2.replace_lane(i64x2.splat(first), 1, second);
}

/** A row of choices; `single`: which of condition (1), x (2), y (4) is one value for all. */
function chooseRow<T>(c: usize, x: usize, y: usize, out: usize, n: i32, single: i32): void {
  const lanes: usize = 16 / sizeof<T>();
  const stepC: usize = single & 1 ? 0 : lanes;
  const stepX: usize = single & 2 ? 0 : 16, stepY: usize = single & 4 ? 0 : 16;
  const all: v128 = i8x16.splat(load<u8>(c) ? -1 : 0);
  const oneX = v128.load_splat<T>(x), oneY = v128.load_splat<T>(y);
  for (let left = <usize>n * sizeof<T>(); left > 0;) {
    const mask = stepC ? maskAt<T>(c) : all;
    const vx = stepX ? v128.load(x) : oneX, vy = stepY ? v128.load(y) : oneY;
    const value = v128.bitselect(vx, vy, mask);
    if (left < 16) return storePart(out, value, left);
    v128.store(out, value);
    left -= 16;
    out += 16;
    c += stepC;
    x += stepX;
    y += stepY;
  }
}

/** out = condition ? x : y, broadcast; sizes and strides of the outer axes stand in SHAPES. */
export function select(
  dtype: i32, c: usize, x: usize, y: usize, out: usize, n: i32, single: i32, axes: i32,
): void {
  let rows = 1;
  for (let axis = 0; axis < axes; axis++) rows *= load<i32>(SHAPES + (<usize>axis << 2));
  const shift = shiftOf(dtype);
  for (let row = 0; row < rows; row++) {
    const atC = c + <usize>offsetAt(row, axes, STRIDES_A);
    const atX = x + (<usize>offsetAt(row, axes, STRIDES_B) << shift);
    const atY = y + (<usize>offsetAt(row, axes, STRIDES_C) << shift);
    if (shift == 2) chooseRow<f32>(atC, atX, atY, out, n, single);
    else if (shift == 3) chooseRow<f64>(atC, atX, atY, out, n, single);
    else chooseRow<u8>(atC, atX, atY, out, n, single);
    out += <usize>n << shift;
  }
}
