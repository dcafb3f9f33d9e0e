/** Functions of whole numbers that vectors lack, lane by lane. */

/** Shifts by 32 or more, or by a negative number, leave nothing. */
@inline
function left(a: i32, b: i32): i32 {
  return <u32>b < 32 ? a << b : 0;
}

/** The same to the right, where the sign stays. */
@inline
function right(a: i32, b: i32): i32 {
  return a >> (<u32>b < 32 ? b : 31);
}

/** The power modulo 2^32; a negative exponent gives the reciprocal cut off: 0 but for 1 and -1. */
function power(base: i32, exponent: i32): i32 {
  if (exponent < 0) {
    if (base != 1 && base != -1) return 0;
    exponent = -exponent;
  }
  let result = 1;
  for (let bits = <u32>exponent; bits > 0; bits >>= 1) {
    if (bits & 1) result *= base;
    base *= base;
  }
  return result;
}

export function leftShift(a: v128, b: v128): v128 {
  return i32x4(
    left(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)),
    left(i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)),
    left(i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)),
    left(i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)),
  );
}

export function rightShift(a: v128, b: v128): v128 {
  return i32x4(
    right(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)),
    right(i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)),
    right(i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)),
    right(i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)),
  );
}

export function powerWhole(a: v128, b: v128): v128 {
  return i32x4(
    power(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)),
    power(i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)),
    power(i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)),
    power(i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)),
  );
}
