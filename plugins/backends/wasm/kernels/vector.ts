/** What the 128-bit vectors lack: fused multiply-add in every variant, and stores of a part. */

/** a * b + c, in one rounding where the engine has it. */
@inline
export function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD && isFloat<T>()) {
    return sizeof<T>() == 4 ? f32x4.relaxed_madd(a, b, c) : f64x2.relaxed_madd(a, b, c);
  }
  return v128.add<T>(v128.mul<T>(a, b), c);
}

/** c - a * b, in one rounding where the engine has it. */
@inline
export function nmadd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD && isFloat<T>()) {
    return sizeof<T>() == 4 ? f32x4.relaxed_nmadd(a, b, c) : f64x2.relaxed_nmadd(a, b, c);
  }
  return v128.sub<T>(c, v128.mul<T>(a, b));
}

/** Stores the first `bytes` (under 16) of a vector. */
export function storePart(address: usize, value: v128, bytes: usize): void {
  if (bytes & 8) {
    v128.store64_lane(address, value, 0);
    value = v128.shuffle<i64>(value, value, 1, 1);
    address += 8;
  }
  if (bytes & 4) {
    v128.store32_lane(address, value, 0);
    value = v128.shr<u64>(value, 32);
    address += 4;
  }
  if (bytes & 2) {
    v128.store16_lane(address, value, 0);
    value = v128.shr<u64>(value, 16);
    address += 2;
  }
  if (bytes & 1) v128.store8_lane(address, value, 0);
}

/** Loads one value into all lanes. */
@inline
export function splatAt<T>(address: usize): v128 {
  return v128.load_splat<T>(address);
}

@inline
export function min32(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

@inline
export function max32(a: i32, b: i32): i32 {
  return a > b ? a : b;
}

@inline
export function ceilDiv(a: i32, b: i32): i32 {
  return (a + b - 1) / b;
}

/** Copies bytes; short runs without the cost of a call. */
export function copyBytes(to: usize, from: usize, bytes: usize): void {
  if (bytes > 512) {
    memory.copy(to, from, bytes);
    return;
  }
  for (; bytes >= 16; bytes -= 16) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
  if (bytes) storePart(to, v128.load(from), bytes);
}
