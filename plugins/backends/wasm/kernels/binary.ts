/** Functions of two values. The order of the operations is the host's: see elementwise.ts there. */
import { floorDivide, mod } from "./floor";
import { SHAPES } from "./layout";
import { BINARY, BINARY_STRIDED } from "./tasks";
import { leftShift, powerWhole, rightShift } from "./whole";
import { arctan264, high, low, narrow, power64 } from "./math64";
import { argument, parallel, setArgument } from "./parallel";
import { offsetAt, STRIDES_A, STRIDES_B } from "./strided";
import { ceilDiv, min32, storePart } from "./vector";

/** Element types as the host counts them. */
const F32: i32 = 0;
const F64: i32 = 1;
const I32: i32 = 2;

/** The first of the operations that answer with a bool. */
const FIRST_COMPARISON: i32 = 15;

/** Which operand is one value for all. */
const SCALAR_A: i32 = 1;
const SCALAR_B: i32 = 2;

/** Elements of a chunk. */
const CHUNK: i32 = 16384;

/** The mask of what is not 0. */
@inline
function holds<T>(x: v128): v128 {
  return v128.ne<T>(x, v128.splat<T>(<T>0));
}

function power<T>(a: v128, b: v128): v128 {
  if (isInteger<T>()) return powerWhole(a, b);
  return narrow(power64(low(a), low(b)), power64(high(a), high(b)));
}

@unmanaged class Add {
  @inline run<T>(a: v128, b: v128): v128 { return v128.add<T>(a, b); }
}
@unmanaged class Subtract {
  @inline run<T>(a: v128, b: v128): v128 { return v128.sub<T>(a, b); }
}
@unmanaged class Multiply {
  @inline run<T>(a: v128, b: v128): v128 { return v128.mul<T>(a, b); }
}
@unmanaged class Divide {
  @inline run<T>(a: v128, b: v128): v128 { return v128.div<T>(a, b); }
}
@unmanaged class FloorDivide {
  @inline run<T>(a: v128, b: v128): v128 { return floorDivide<T>(a, b); }
}
@unmanaged class Mod {
  @inline run<T>(a: v128, b: v128): v128 { return mod<T>(a, b); }
}
@unmanaged class Power {
  @inline run<T>(a: v128, b: v128): v128 { return power<T>(a, b); }
}
@unmanaged class Maximum {
  @inline run<T>(a: v128, b: v128): v128 { return v128.max<T>(a, b); }
}
@unmanaged class Minimum {
  @inline run<T>(a: v128, b: v128): v128 { return v128.min<T>(a, b); }
}
@unmanaged class Arctan2 {
  @inline run<T>(a: v128, b: v128): v128 { return narrow(arctan264(low(a), low(b)), arctan264(high(a), high(b))); }
}
@unmanaged class LogicalAnd {
  @inline run<T>(a: v128, b: v128): v128 { return v128.and(holds<T>(a), holds<T>(b)); }
}
@unmanaged class LogicalOr {
  @inline run<T>(a: v128, b: v128): v128 { return v128.or(holds<T>(a), holds<T>(b)); }
}
@unmanaged class LogicalXor {
  @inline run<T>(a: v128, b: v128): v128 { return v128.xor(holds<T>(a), holds<T>(b)); }
}
@unmanaged class LeftShift {
  @inline run<T>(a: v128, b: v128): v128 { return leftShift(a, b); }
}
@unmanaged class RightShift {
  @inline run<T>(a: v128, b: v128): v128 { return rightShift(a, b); }
}
@unmanaged class BitwiseAnd {
  @inline run<T>(a: v128, b: v128): v128 { return v128.and(a, b); }
}
@unmanaged class BitwiseOr {
  @inline run<T>(a: v128, b: v128): v128 { return v128.or(a, b); }
}
@unmanaged class BitwiseXor {
  @inline run<T>(a: v128, b: v128): v128 { return v128.xor(a, b); }
}
@unmanaged class Equal {
  @inline run<T>(a: v128, b: v128): v128 { return v128.eq<T>(a, b); }
}
@unmanaged class NotEqual {
  @inline run<T>(a: v128, b: v128): v128 { return v128.ne<T>(a, b); }
}
@unmanaged class Less {
  @inline run<T>(a: v128, b: v128): v128 { return v128.lt<T>(a, b); }
}
@unmanaged class LessEqual {
  @inline run<T>(a: v128, b: v128): v128 { return v128.le<T>(a, b); }
}
@unmanaged class Greater {
  @inline run<T>(a: v128, b: v128): v128 { return v128.gt<T>(a, b); }
}
@unmanaged class GreaterEqual {
  @inline run<T>(a: v128, b: v128): v128 { return v128.ge<T>(a, b); }
}
@unmanaged class IsNan {
  @inline run<T>(a: v128, _b: v128): v128 { return v128.ne<T>(a, a); }
}
@unmanaged class IsInf {
  @inline run<T>(a: v128, _b: v128): v128 {
    return v128.eq<T>(v128.abs<T>(a), v128.splat<T>(<T>Infinity));
  }
}
@unmanaged class IsFinite {
  @inline run<T>(a: v128, _b: v128): v128 {
    return v128.lt<T>(v128.abs<T>(a), v128.splat<T>(<T>Infinity));
  }
}

/** The next values of an operand, or the one value it has for all. */
@inline
function next(one: bool, value: v128, at: usize): v128 {
  return one ? value : v128.load(at);
}

@inline
function zipLoop<T, Operation>(
  oneA: bool, oneB: bool, a: usize, b: usize, y: usize, bytes: usize,
): void {
  const operation = changetype<Operation>(0);
  const va: v128 = oneA ? v128.load_splat<T>(a) : i64x2.splat(0);
  const vb: v128 = oneB ? v128.load_splat<T>(b) : i64x2.splat(0);
  const whole = y + (bytes & ~15);
  while (y < whole) {
    v128.store(y, operation.run<T>(next(oneA, va, a), next(oneB, vb, b)));
    y += 16;
    if (!oneA) a += 16;
    if (!oneB) b += 16;
  }
  if (bytes & 15) {
    storePart(y, operation.run<T>(next(oneA, va, a), next(oneB, vb, b)), bytes & 15);
  }
}

/** y = operation(a, b) on n neighbours; may run in place. */
function zip<T, Operation>(a: usize, b: usize, y: usize, n: i32, mode: i32): void {
  const bytes = <usize>n * sizeof<T>();
  if (mode == SCALAR_B) zipLoop<T, Operation>(false, true, a, b, y, bytes);
  else if (mode == SCALAR_A) zipLoop<T, Operation>(true, false, a, b, y, bytes);
  else zipLoop<T, Operation>(false, false, a, b, y, bytes);
}

/** Sixteen answers as bytes of 0 and 1. */
@inline
function truths<T, Operation>(oneA: bool, oneB: bool, va: v128, vb: v128, a: usize, b: usize): v128 {
  const operation = changetype<Operation>(0);
  const one = i8x16.splat(1);
  if (sizeof<T>() == 1) {
    return v128.and(operation.run<T>(next(oneA, va, a), next(oneB, vb, b)), one);
  }
  if (sizeof<T>() == 4) {
    const r0 = operation.run<T>(next(oneA, va, a), next(oneB, vb, b));
    const r1 = operation.run<T>(next(oneA, va, a + 16), next(oneB, vb, b + 16));
    const r2 = operation.run<T>(next(oneA, va, a + 32), next(oneB, vb, b + 32));
    const r3 = operation.run<T>(next(oneA, va, a + 48), next(oneB, vb, b + 48));
    const r = i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(r0, r1),
      i16x8.narrow_i32x4_s(r2, r3),
    );
    return v128.and(r, one);
  }
  let result: v128 = i64x2.splat(0);
  for (let pair: usize = 0; pair < 8; pair++) {
    const r = operation.run<T>(next(oneA, va, a + (pair << 4)), next(oneB, vb, b + (pair << 4)));
    result = v128.shuffle<u8>(
      result, r, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24,
    );
  }
  return v128.and(result, one);
}

@inline
function compareLoop<T, Operation>(
  oneA: bool, oneB: bool, a: usize, b: usize, y: usize, n: i32,
): void {
  const va: v128 = oneA ? v128.load_splat<T>(a) : i64x2.splat(0);
  const vb: v128 = oneB ? v128.load_splat<T>(b) : i64x2.splat(0);
  for (let i = 0; i < n; i += 16) {
    const result = truths<T, Operation>(oneA, oneB, va, vb, a, b);
    if (n - i >= 16) v128.store(y, result);
    else storePart(y, result, n - i);
    y += 16;
    if (!oneA) a += 16 * sizeof<T>();
    if (!oneB) b += 16 * sizeof<T>();
  }
}

function compare<T, Operation>(a: usize, b: usize, y: usize, n: i32, mode: i32): void {
  if (mode == SCALAR_B) compareLoop<T, Operation>(false, true, a, b, y, n);
  else if (mode == SCALAR_A) compareLoop<T, Operation>(true, false, a, b, y, n);
  else compareLoop<T, Operation>(false, false, a, b, y, n);
}

function binaryF32(operation: i32, a: usize, b: usize, y: usize, n: i32, mode: i32): void {
  switch (operation) {
    case 0: return zip<f32, Add>(a, b, y, n, mode);
    case 1: return zip<f32, Subtract>(a, b, y, n, mode);
    case 2: return zip<f32, Multiply>(a, b, y, n, mode);
    case 3: return zip<f32, Divide>(a, b, y, n, mode);
    case 4: return zip<f32, FloorDivide>(a, b, y, n, mode);
    case 5: return zip<f32, Mod>(a, b, y, n, mode);
    case 6: return zip<f32, Power>(a, b, y, n, mode);
    case 7: return zip<f32, Maximum>(a, b, y, n, mode);
    case 8: return zip<f32, Minimum>(a, b, y, n, mode);
    case 9: return zip<f32, Arctan2>(a, b, y, n, mode);
    case 15: return compare<f32, Equal>(a, b, y, n, mode);
    case 16: return compare<f32, NotEqual>(a, b, y, n, mode);
    case 17: return compare<f32, Less>(a, b, y, n, mode);
    case 18: return compare<f32, LessEqual>(a, b, y, n, mode);
    case 19: return compare<f32, Greater>(a, b, y, n, mode);
    case 20: return compare<f32, GreaterEqual>(a, b, y, n, mode);
    case 21: return compare<f32, LogicalAnd>(a, b, y, n, mode);
    case 22: return compare<f32, LogicalOr>(a, b, y, n, mode);
    case 23: return compare<f32, LogicalXor>(a, b, y, n, mode);
    case 24: return compare<f32, IsNan>(a, b, y, n, mode);
    case 25: return compare<f32, IsInf>(a, b, y, n, mode);
    case 26: return compare<f32, IsFinite>(a, b, y, n, mode);
  }
}

function binaryF64(operation: i32, a: usize, b: usize, y: usize, n: i32, mode: i32): void {
  switch (operation) {
    case 0: return zip<f64, Add>(a, b, y, n, mode);
    case 1: return zip<f64, Subtract>(a, b, y, n, mode);
    case 2: return zip<f64, Multiply>(a, b, y, n, mode);
    case 3: return zip<f64, Divide>(a, b, y, n, mode);
    case 7: return zip<f64, Maximum>(a, b, y, n, mode);
    case 8: return zip<f64, Minimum>(a, b, y, n, mode);
    case 15: return compare<f64, Equal>(a, b, y, n, mode);
    case 16: return compare<f64, NotEqual>(a, b, y, n, mode);
    case 17: return compare<f64, Less>(a, b, y, n, mode);
    case 18: return compare<f64, LessEqual>(a, b, y, n, mode);
    case 19: return compare<f64, Greater>(a, b, y, n, mode);
    case 20: return compare<f64, GreaterEqual>(a, b, y, n, mode);
    case 21: return compare<f64, LogicalAnd>(a, b, y, n, mode);
    case 22: return compare<f64, LogicalOr>(a, b, y, n, mode);
    case 23: return compare<f64, LogicalXor>(a, b, y, n, mode);
    case 24: return compare<f64, IsNan>(a, b, y, n, mode);
    case 25: return compare<f64, IsInf>(a, b, y, n, mode);
    case 26: return compare<f64, IsFinite>(a, b, y, n, mode);
  }
}

function binaryI32(operation: i32, a: usize, b: usize, y: usize, n: i32, mode: i32): void {
  switch (operation) {
    case 0: return zip<i32, Add>(a, b, y, n, mode);
    case 1: return zip<i32, Subtract>(a, b, y, n, mode);
    case 2: return zip<i32, Multiply>(a, b, y, n, mode);
    case 4: return zip<i32, FloorDivide>(a, b, y, n, mode);
    case 5: return zip<i32, Mod>(a, b, y, n, mode);
    case 6: return zip<i32, Power>(a, b, y, n, mode);
    case 7: return zip<i32, Maximum>(a, b, y, n, mode);
    case 8: return zip<i32, Minimum>(a, b, y, n, mode);
    case 10: return zip<i32, LeftShift>(a, b, y, n, mode);
    case 11: return zip<i32, RightShift>(a, b, y, n, mode);
    case 12: return zip<i32, BitwiseAnd>(a, b, y, n, mode);
    case 13: return zip<i32, BitwiseOr>(a, b, y, n, mode);
    case 14: return zip<i32, BitwiseXor>(a, b, y, n, mode);
    case 15: return compare<i32, Equal>(a, b, y, n, mode);
    case 16: return compare<i32, NotEqual>(a, b, y, n, mode);
    case 17: return compare<i32, Less>(a, b, y, n, mode);
    case 18: return compare<i32, LessEqual>(a, b, y, n, mode);
    case 19: return compare<i32, Greater>(a, b, y, n, mode);
    case 20: return compare<i32, GreaterEqual>(a, b, y, n, mode);
    case 21: return compare<i32, LogicalAnd>(a, b, y, n, mode);
    case 22: return compare<i32, LogicalOr>(a, b, y, n, mode);
    case 23: return compare<i32, LogicalXor>(a, b, y, n, mode);
  }
}

function binaryBool(operation: i32, a: usize, b: usize, y: usize, n: i32, mode: i32): void {
  switch (operation) {
    case 7: return zip<u8, Maximum>(a, b, y, n, mode);
    case 8: return zip<u8, Minimum>(a, b, y, n, mode);
    case 12: return zip<u8, BitwiseAnd>(a, b, y, n, mode);
    case 13: return zip<u8, BitwiseOr>(a, b, y, n, mode);
    case 14: return zip<u8, BitwiseXor>(a, b, y, n, mode);
    case 15: return compare<u8, Equal>(a, b, y, n, mode);
    case 16: return compare<u8, NotEqual>(a, b, y, n, mode);
    case 17: return compare<u8, Less>(a, b, y, n, mode);
    case 18: return compare<u8, LessEqual>(a, b, y, n, mode);
    case 19: return compare<u8, Greater>(a, b, y, n, mode);
    case 20: return compare<u8, GreaterEqual>(a, b, y, n, mode);
    case 21: return compare<u8, LogicalAnd>(a, b, y, n, mode);
    case 22: return compare<u8, LogicalOr>(a, b, y, n, mode);
    case 23: return compare<u8, LogicalXor>(a, b, y, n, mode);
  }
}

/** y = operation(a, b) on n neighbours. */
function binaryRow(
  operation: i32, dtype: i32, a: usize, b: usize, y: usize, n: i32, mode: i32,
): void {
  if (dtype == F32) binaryF32(operation, a, b, y, n, mode);
  else if (dtype == F64) binaryF64(operation, a, b, y, n, mode);
  else if (dtype == I32) binaryI32(operation, a, b, y, n, mode);
  else binaryBool(operation, a, b, y, n, mode);
}

@inline
function shiftOf(dtype: i32): usize {
  return dtype == F64 ? 3 : dtype == F32 || dtype == I32 ? 2 : 0;
}

/** y = operation(a, b) where each operand has n values, or one for all. */
export function binary(
  operation: i32, dtype: i32, a: usize, b: usize, y: usize, n: i32, mode: i32,
): void {
  if (n < 4 * CHUNK) {
    return binaryRow(operation, dtype, a, b, y, n, mode);
  }
  setArgument(0, operation);
  setArgument(1, dtype);
  setArgument(2, a);
  setArgument(3, b);
  setArgument(4, y);
  setArgument(5, n);
  setArgument(6, mode);
  parallel(BINARY, ceilDiv(n, CHUNK));
}

export function binaryChunk(chunk: i32): void {
  const operation = <i32>argument(0), dtype = <i32>argument(1), mode = <i32>argument(6);
  const from = chunk * CHUNK;
  const shift = shiftOf(dtype);
  const at = <usize>from << shift;
  binaryRow(
    operation, dtype,
    argument(2) + (mode == SCALAR_A ? 0 : at),
    argument(3) + (mode == SCALAR_B ? 0 : at),
    argument(4) + (<usize>from << (operation < FIRST_COMPARISON ? shift : 0)),
    min32(CHUNK, <i32>argument(5) - from), mode,
  );
}

/**
 * The same for operands that broadcast: rows of n neighbours (`mode` is that of a row) at offsets given by the sizes
 * and strides of the outer axes in SHAPES.
 */
export function binaryStrided(
  operation: i32, dtype: i32, a: usize, b: usize, y: usize, n: i32, mode: i32, axes: i32,
): void {
  let rows = 1;
  for (let axis = 0; axis < axes; axis++) rows *= load<i32>(SHAPES + (<usize>axis << 2));
  if (<i64>rows * n < 4 * CHUNK) {
    return stridedRows(operation, dtype, a, b, y, n, mode, axes, 0, rows);
  }
  const perChunk = CHUNK / (n + 1) + 1;
  setArgument(0, operation);
  setArgument(1, dtype);
  setArgument(2, a);
  setArgument(3, b);
  setArgument(4, y);
  setArgument(5, n);
  setArgument(6, mode);
  setArgument(7, axes);
  setArgument(8, rows);
  setArgument(9, perChunk);
  parallel(BINARY_STRIDED, ceilDiv(rows, perChunk));
}

export function binaryStridedChunk(chunk: i32): void {
  const rows = <i32>argument(8), perChunk = <i32>argument(9);
  const from = chunk * perChunk;
  stridedRows(
    argument(0), argument(1), argument(2), argument(3), argument(4), argument(5), argument(6),
    argument(7), from, min32(rows, from + perChunk),
  );
}

function stridedRows(
  operation: i32, dtype: i32, a: usize, b: usize, y: usize, n: i32, mode: i32, axes: i32,
  from: i32, to: i32,
): void {
  const shift = shiftOf(dtype);
  const rowBytes = <usize>n << (operation < FIRST_COMPARISON ? shift : 0);
  const last = <usize>(axes - 1) << 2;
  const size = load<i32>(SHAPES + last);
  const stepA = <usize>load<i32>(STRIDES_A + last) << shift;
  const stepB = <usize>load<i32>(STRIDES_B + last) << shift;
  let row = from;
  y += <usize>row * rowBytes;
  while (row < to) {
    let atA = a + (<usize>offsetAt(row, axes, STRIDES_A) << shift);
    let atB = b + (<usize>offsetAt(row, axes, STRIDES_B) << shift);
    const end = min32(to, row - row % size + size);
    for (; row < end; row++) {
      binaryRow(operation, dtype, atA, atB, y, n, mode);
      atA += stepA;
      atB += stepB;
      y += rowBytes;
    }
  }
}
