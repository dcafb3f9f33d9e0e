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
 */
import { madd, nmadd } from "./vector";

// @ts-ignore: decorator
@inline
function all(value: f32): v128 {
  return f32x4.splat(value);
}

/** a * b + c. */
// @ts-ignore: decorator
@inline
function fma(a: v128, b: v128, c: f32): v128 {
  return madd<f32>(a, b, f32x4.splat(c));
}

// @ts-ignore: decorator
@inline
function withSignOf(magnitude: v128, sign: v128): v128 {
  return v128.bitselect(magnitude, sign, i32x4.splat(0x7fffffff));
}

/** 2^n for whole n from -126 to 127. */
// @ts-ignore: decorator
@inline
function power2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** e^x: x = n ln 2 + r, a polynomial for e^r (after Cephes), and 2^n in two steps for denormal results. */
// @ts-ignore: decorator
@inline
export function exp32(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, all(89)), all(-104));
  const n = f32x4.nearest(f32x4.mul(x, all(1.44269504088896341)));
  const r = nmadd<f32>(n, all(-2.12194440e-4), nmadd<f32>(n, all(0.693359375), x));
  let p = fma(all(1.9875691500e-4), r, 1.3981999507e-3);
  p = fma(p, r, 8.3334519073e-3);
  p = fma(p, r, 4.1665795894e-2);
  p = fma(p, r, 1.6666665459e-1);
  p = fma(p, r, 5.0000001201e-1);
  p = f32x4.add(madd<f32>(p, f32x4.mul(r, r), r), all(1));
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(p, power2(half)), power2(i32x4.sub(whole, half)));
}

/** ln x: x = 2^n m with m around 1, a polynomial for ln m (after Cephes). */
export function log32(x: v128): v128 {
  const tiny = f32x4.lt(x, all(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, all(8388608)), x, tiny);
  const shifted = i32x4.sub(scaled, i32x4.splat(0x3f3504f3));
  const exponent = i32x4.shr_s(shifted, 23);
  const m = i32x4.sub(scaled, v128.and(shifted, i32x4.splat(0xff800000)));
  const n = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(tiny, all(23)));
  const f = f32x4.sub(m, all(1));
  const z = f32x4.mul(f, f);
  let p = fma(all(7.0376836292e-2), f, -1.1514610310e-1);
  p = fma(p, f, 1.1676998740e-1);
  p = fma(p, f, -1.2420140846e-1);
  p = fma(p, f, 1.4249322787e-1);
  p = fma(p, f, -1.6668057665e-1);
  p = fma(p, f, 2.0000714765e-1);
  p = fma(p, f, -2.4999993993e-1);
  p = fma(p, f, 3.3333331174e-1);
  p = f32x4.mul(f32x4.mul(p, f), z);
  p = madd<f32>(n, all(-2.12194440e-4), p);
  p = nmadd<f32>(z, all(0.5), p);
  p = madd<f32>(n, all(0.693359375), f32x4.add(f, p));
  p = v128.bitselect(x, p, f32x4.eq(x, all(Infinity)));
  p = v128.bitselect(all(-Infinity), p, f32x4.eq(x, all(0)));
  return v128.or(p, v128.not(f32x4.ge(x, all(0))));
}

/** tanh x: an odd polynomial near 0 (after Cephes), elsewhere 1 - 2 / (e^2x + 1). */
export function tanh32(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = fma(all(-5.70498872745e-3), z, 2.06390887954e-2);
  p = fma(p, z, -5.37397155531e-2);
  p = fma(p, z, 1.33314422036e-1);
  p = fma(p, z, -3.33332819422e-1);
  const near = madd<f32>(f32x4.mul(p, z), x, x);
  const e = exp32(f32x4.add(magnitude, magnitude));
  const far = f32x4.sub(all(1), f32x4.div(all(2), f32x4.add(e, all(1))));
  return withSignOf(v128.bitselect(near, far, f32x4.lt(magnitude, all(0.625))), x);
}

/** 1 / (1 + e^-x), from e^-|x| so that small values keep their digits; the sum's rounding is made up for. */
export function sigmoid32(x: v128): v128 {
  const e = exp32(f32x4.neg(f32x4.abs(x)));
  const numerator = v128.bitselect(e, all(1), f32x4.lt(x, all(0)));
  const sum = f32x4.add(e, all(1));
  const result = f32x4.div(numerator, sum);
  const lost = f32x4.sub(e, f32x4.sub(sum, all(1)));
  const slope = f32x4.mul(result, f32x4.sub(all(1), result));
  const other = v128.bitselect(slope, f32x4.mul(result, result), f32x4.lt(x, all(0)));
  return nmadd<f32>(lost, other, result);
}

/** erf x: an odd polynomial near 0, elsewhere 1 - e^(polynomial in |x|). */
export function erf32(x: v128): v128 {
  const t = f32x4.pmin(f32x4.abs(x), all(4));
  const s = f32x4.mul(t, t);
  let far = fma(all(-1.72853470e-5), t, 3.83197126e-4);
  far = madd<f32>(far, s, fma(all(-3.88396438e-3), t, 2.42546219e-2));
  far = fma(far, t, -1.06777877e-1);
  far = fma(far, t, -6.34846687e-1);
  far = fma(far, t, -1.28717512e-1);
  far = f32x4.sub(all(1), exp32(f32x4.sub(f32x4.mul(far, t), t)));
  let near = fma(all(-5.96761703e-4), s, 4.99119423e-3);
  near = fma(near, s, -2.67681349e-2);
  near = fma(near, s, 1.12819925e-1);
  near = fma(near, s, -3.76125336e-1);
  near = madd<f32>(fma(near, s, 1.28379166e-1), x, x);
  const result = v128.bitselect(near, withSignOf(far, x), f32x4.lt(t, all(0.921875)));
  return v128.bitselect(x, result, f32x4.ne(x, x));
}
