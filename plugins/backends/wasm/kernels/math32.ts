/**
 * The functions that networks spend their time in, four float32 at a time.
 *
 * Largest error over all float32 values against float64, in units in the last place, as the tests hold it:
 *
 * | exp | log | tanh | sigmoid | erf |
 * | --- | --- | ---- | ------- | --- |
 * | 1.0 | 0.8 | 1.4  | 1.9     | 1.1 |
 *
 * Infinities, NaN, signed zeros and denormal numbers come out as IEEE 754 has them.
 *
 * Constants stand in tables in memory: loading one into all lanes is one instruction, where engines take five to make a
 * vector out of a literal, in every turn of a loop.
 */
import { madd, nmadd } from "./vector";

@inline
function at(table: usize, i: i32): v128 {
  return v128.load32_splat(table + (<usize>i << 2));
}

@inline
function withSignOf(magnitude: v128, sign: v128): v128 {
  return v128.bitselect(magnitude, sign, i32x4.splat(0x7fffffff));
}

/** 2^n for whole n from -126 to 127. */
@inline
function power2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, at(WHOLE, 0)), 23);
}

/** The bias of an exponent; the bits of 1.5 2^23. */
const WHOLE: usize = memory.data<i32>([127, 0x4b400000]);

/** 1, 2, 1/2, infinity. */
const COMMON: usize = memory.data<f32>([1, 2, 0.5, Infinity]);

/** The ends of the range, 1/ln 2, 1.5 2^23, ln 2 in two parts; then the polynomial for e^r (after Cephes). */
const EXP: usize = memory.data<f32>([
  89, -104, 1.44269504088896341, 12582912, 0.693359375, -2.12194440e-4, 1.9875691500e-4,
  1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
]);

/** e^x: x = n ln 2 + r, a polynomial for e^r, and 2^n in two steps for denormal results. */
@inline
export function exp32(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, at(EXP, 0)), at(EXP, 1));
  // Adding 1.5 2^23 rounds to a whole number and leaves it in the low bits.
  const shifted = madd<f32>(x, at(EXP, 2), at(EXP, 3));
  const n = f32x4.sub(shifted, at(EXP, 3));
  const r = nmadd<f32>(n, at(EXP, 5), nmadd<f32>(n, at(EXP, 4), x));
  let p = madd<f32>(at(EXP, 6), r, at(EXP, 7));
  p = madd<f32>(p, r, at(EXP, 8));
  p = madd<f32>(p, r, at(EXP, 9));
  p = madd<f32>(p, r, at(EXP, 10));
  p = madd<f32>(p, r, at(EXP, 11));
  p = f32x4.add(madd<f32>(p, f32x4.mul(r, r), r), at(COMMON, 0));
  const whole = i32x4.sub(shifted, at(WHOLE, 1));
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(p, power2(half)), power2(i32x4.sub(whole, half)));
}

/** The smallest normal number, 2^23, 23, ln 2 in two parts; then the polynomial for ln(1 + f) (after Cephes). */
const LOG: usize = memory.data<f32>([
  1.17549435e-38, 8388608, 23, 0.693359375, -2.12194440e-4, 7.0376836292e-2, -1.1514610310e-1,
  1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1,
  -2.4999993993e-1, 3.3333331174e-1,
]);
/** The bits of sqrt(1/2), and those of sign and exponent. */
const LOG_BITS: usize = memory.data<i32>([0x3f3504f3, 0xff800000]);

/** ln x: x = 2^n m with m around 1, a polynomial for ln m. */
@inline
export function log32(x: v128): v128 {
  const tiny = f32x4.lt(x, at(LOG, 0));
  const scaled = v128.bitselect(f32x4.mul(x, at(LOG, 1)), x, tiny);
  const shifted = i32x4.sub(scaled, at(LOG_BITS, 0));
  const exponent = i32x4.shr_s(shifted, 23);
  const m = i32x4.sub(scaled, v128.and(shifted, at(LOG_BITS, 1)));
  const n = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(tiny, at(LOG, 2)));
  const f = f32x4.sub(m, at(COMMON, 0));
  const z = f32x4.mul(f, f);
  let p = madd<f32>(at(LOG, 5), f, at(LOG, 6));
  p = madd<f32>(p, f, at(LOG, 7));
  p = madd<f32>(p, f, at(LOG, 8));
  p = madd<f32>(p, f, at(LOG, 9));
  p = madd<f32>(p, f, at(LOG, 10));
  p = madd<f32>(p, f, at(LOG, 11));
  p = madd<f32>(p, f, at(LOG, 12));
  p = madd<f32>(p, f, at(LOG, 13));
  p = f32x4.mul(f32x4.mul(p, f), z);
  p = madd<f32>(n, at(LOG, 4), p);
  p = nmadd<f32>(z, at(COMMON, 2), p);
  p = madd<f32>(n, at(LOG, 3), f32x4.add(f, p));
  const zero = i32x4.splat(0), endless = at(COMMON, 3);
  p = v128.bitselect(x, p, f32x4.eq(x, endless));
  p = v128.bitselect(f32x4.neg(endless), p, f32x4.eq(x, zero));
  return v128.or(p, v128.not(f32x4.ge(x, zero)));
}

/** Where the two forms meet; then the polynomial near 0 (after Cephes). */
const TANH: usize = memory.data<f32>([
  0.625, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1,
]);

/** tanh x: an odd polynomial near 0, elsewhere 1 - 2 / (e^2x + 1). */
@inline
export function tanh32(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = madd<f32>(at(TANH, 1), z, at(TANH, 2));
  p = madd<f32>(p, z, at(TANH, 3));
  p = madd<f32>(p, z, at(TANH, 4));
  p = madd<f32>(p, z, at(TANH, 5));
  const near = madd<f32>(f32x4.mul(p, z), x, x);
  const e = exp32(f32x4.add(magnitude, magnitude));
  const one = at(COMMON, 0);
  const far = f32x4.sub(one, f32x4.div(at(COMMON, 1), f32x4.add(e, one)));
  return withSignOf(v128.bitselect(near, far, f32x4.lt(magnitude, at(TANH, 0))), x);
}

/** 1 / (1 + e^-x), from e^-|x| so that small values keep their digits; the sum's rounding is made up for. */
@inline
export function sigmoid32(x: v128): v128 {
  const one = at(COMMON, 0);
  const e = exp32(f32x4.neg(f32x4.abs(x)));
  const negative = f32x4.lt(x, i32x4.splat(0));
  const sum = f32x4.add(e, one);
  const result = f32x4.div(v128.bitselect(e, one, negative), sum);
  const lost = f32x4.sub(e, f32x4.sub(sum, one));
  const slope = f32x4.mul(result, f32x4.sub(one, result));
  return nmadd<f32>(lost, v128.bitselect(slope, f32x4.mul(result, result), negative), result);
}

/** The end of the range, and where the two forms meet. */
const ERF: usize = memory.data<f32>([4, 0.921875]);
/** The polynomials away from 0 and near it. */
const ERF_FAR: usize = memory.data<f32>([
  -1.72853470e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1,
  -1.28717512e-1,
]);
const ERF_NEAR: usize = memory.data<f32>([
  -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1,
]);

/** erf x: an odd polynomial near 0, elsewhere 1 - e^(polynomial in |x|). */
@inline
export function erf32(x: v128): v128 {
  const t = f32x4.pmin(f32x4.abs(x), at(ERF, 0));
  const s = f32x4.mul(t, t);
  let far = madd<f32>(at(ERF_FAR, 0), t, at(ERF_FAR, 1));
  far = madd<f32>(far, s, madd<f32>(at(ERF_FAR, 2), t, at(ERF_FAR, 3)));
  far = madd<f32>(far, t, at(ERF_FAR, 4));
  far = madd<f32>(far, t, at(ERF_FAR, 5));
  far = madd<f32>(far, t, at(ERF_FAR, 6));
  far = f32x4.sub(at(COMMON, 0), exp32(f32x4.sub(f32x4.mul(far, t), t)));
  let near = madd<f32>(at(ERF_NEAR, 0), s, at(ERF_NEAR, 1));
  near = madd<f32>(near, s, at(ERF_NEAR, 2));
  near = madd<f32>(near, s, at(ERF_NEAR, 3));
  near = madd<f32>(near, s, at(ERF_NEAR, 4));
  near = madd<f32>(madd<f32>(near, s, at(ERF_NEAR, 5)), x, x);
  const result = v128.bitselect(near, withSignOf(far, x), f32x4.lt(t, at(ERF, 1)));
  return v128.bitselect(x, result, f32x4.ne(x, x));
}
