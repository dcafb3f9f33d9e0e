/** Division and remainder that floor, as Python has them. Whole numbers divided by zero give 0. */
import { high, low, narrow } from "./math64";

/** On pairs of float64 the quotient is exact while it is moderate; other values go one by one. */
@inline
function easy(a: v128, b: v128): bool {
  return v128.all_true<i32>(v128.and(
    f32x4.lt(f32x4.abs(f32x4.div(a, b)), f32x4.splat(1e8)),
    f32x4.lt(f32x4.abs(b), f32x4.splat(Infinity)),
  ));
}

function floorPair(a: v128, b: v128): v128 {
  const q = f64x2.floor(f64x2.div(a, b));
  const rest = f64x2.sub(a, f64x2.mul(q, b));
  const over = v128.and(f64x2.ne(rest, f64x2.splat(0)), i64x2.shr_s(v128.xor(rest, b), 63));
  return f64x2.sub(q, v128.and(over, f64x2.splat(1)));
}

function modPair(a: v128, b: v128): v128 {
  const rest = f64x2.sub(a, f64x2.mul(floorPair(a, b), b));
  const none = f64x2.eq(rest, f64x2.splat(0));
  return v128.bitselect(v128.and(b, f64x2.splat(-0.0)), rest, none);
}

function modOne(a: f32, b: f32): f32 {
  const rest = a % b;
  if (rest == 0) return copysign<f32>(0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

function floorOne(a: f32, b: f32): f32 {
  if (b == 0 || a != a || b != b) return a / b;
  if (Math.abs(a) == Infinity) return NaN;
  if (Math.abs(b) == Infinity) return a == 0 || (a < 0) == (b < 0) ? (a - a) / b : -1;
  return <f32>nearest<f64>((<f64>a - <f64>modOne(a, b)) / <f64>b);
}

function floorWhole(a: i32, b: i32): i32 {
  if (b == 0) return 0;
  if (b == -1) return -a;
  const q = a / b;
  return q * b != a && (a < 0) != (b < 0) ? q - 1 : q;
}

function modWhole(a: i32, b: i32): i32 {
  if (b == 0 || b == -1) return 0;
  const rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/** floor(a / b). */
export function floorDivide<T>(a: v128, b: v128): v128 {
  if (!isInteger<T>() && easy(a, b)) {
    return narrow(floorPair(low(a), low(b)), floorPair(high(a), high(b)));
  }
  if (isInteger<T>()) {
    return i32x4(
      floorWhole(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)),
      floorWhole(i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)),
      floorWhole(i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)),
      floorWhole(i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)),
    );
  }
  return f32x4(
    floorOne(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)),
    floorOne(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)),
    floorOne(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)),
    floorOne(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)),
  );
}

/** a - floor(a / b) b. */
export function mod<T>(a: v128, b: v128): v128 {
  if (!isInteger<T>() && easy(a, b)) {
    return narrow(modPair(low(a), low(b)), modPair(high(a), high(b)));
  }
  if (isInteger<T>()) {
    return i32x4(
      modWhole(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)),
      modWhole(i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)),
      modWhole(i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)),
      modWhole(i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)),
    );
  }
  return f32x4(
    modOne(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)),
    modOne(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)),
    modOne(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)),
    modOne(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)),
  );
}
