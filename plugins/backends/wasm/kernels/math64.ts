/**
 * The functions that networks seldom need, computed on float64 pairs with a relative error under 1e-9 and rounded to
 * float32 at the end: the error stays under 0.6 units in the last place of float32, over its whole range.
 */
import { madd, nmadd } from "./vector";

const MAGIC: f64 = 6755399441055744;

@inline
function all(value: f64): v128 {
  return f64x2.splat(value);
}

@inline
function fma(a: v128, b: v128, c: f64): v128 {
  return madd<f64>(a, b, f64x2.splat(c));
}

@inline
function withSignOf(magnitude: v128, sign: v128): v128 {
  return v128.bitselect(magnitude, sign, i64x2.splat(0x7fffffffffffffff));
}

@inline
function select(condition: v128, yes: v128, no: v128): v128 {
  return v128.bitselect(yes, no, condition);
}

/** The lower two float32 as float64. */
@inline
export function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** The upper two float32 as float64. */
@inline
export function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
}

/** Rounds two pairs to four float32. */
@inline
export function narrow(lower: v128, upper: v128): v128 {
  const a = f32x4.demote_f64x2_zero(lower), b = f32x4.demote_f64x2_zero(upper);
  return v128.shuffle<i64>(a, b, 0, 2);
}

/** 2^n for whole n of moderate size. */
@inline
function power2(n: v128): v128 {
  return i64x2.shl(i64x2.add(f64x2.add(n, all(MAGIC)), i64x2.splat(1023)), 52);
}

/** e^r - 1 for |r| up to ln 2 / 2. */
@inline
function expm1Near(r: v128): v128 {
  let p = fma(all(2.7557319223985893e-6), r, 2.48015873015873e-5);
  p = fma(p, r, 1.984126984126984e-4);
  p = fma(p, r, 1.388888888888889e-3);
  p = fma(p, r, 8.333333333333333e-3);
  p = fma(p, r, 4.1666666666666664e-2);
  p = fma(p, r, 1.6666666666666666e-1);
  p = fma(p, r, 0.5);
  return madd<f64>(p, f64x2.mul(r, r), r);
}

/** 2^scale e^x - (less ? 1 : 0), the building block of everything exponential. */
@inline
function exponential(x: v128, less: bool): v128 {
  x = f64x2.pmax(f64x2.pmin(x, all(500)), all(-500));
  const n = f64x2.nearest(f64x2.mul(x, all(1.4426950408889634)));
  let r = nmadd<f64>(n, all(6.93147180369123816490e-01), x);
  r = nmadd<f64>(n, all(1.90821492927058770002e-10), r);
  const scale = power2(n);
  return madd<f64>(expm1Near(r), scale, less ? f64x2.sub(scale, all(1)) : scale);
}

export function exp64(x: v128): v128 {
  return exponential(x, false);
}

export function expm164(x: v128): v128 {
  return select(f64x2.eq(x, all(0)), x, exponential(x, true));
}

export function exp264(x: v128): v128 {
  x = f64x2.pmax(f64x2.pmin(x, all(500)), all(-500));
  const n = f64x2.nearest(x);
  const scale = power2(n);
  return madd<f64>(expm1Near(f64x2.mul(f64x2.sub(x, n), all(0.6931471805599453))), scale, scale);
}

/** n ln 2 + ln(1 + f) with f from sqrt(1/2) - 1 to sqrt(2) - 1. */
@inline
function logNear(n: v128, f: v128): v128 {
  const s = f64x2.div(f, f64x2.add(f, all(2)));
  const z = f64x2.mul(s, s);
  let p = fma(all(0.15384615384615385), z, 0.18181818181818182);
  p = fma(p, z, 0.2222222222222222);
  p = fma(p, z, 0.2857142857142857);
  p = fma(p, z, 0.4);
  p = fma(p, z, 0.6666666666666666);
  p = madd<f64>(f64x2.mul(p, z), s, f64x2.add(s, s));
  return madd<f64>(n, all(0.6931471805599453), p);
}

/** The exponent of x around m from sqrt(1/2) to sqrt(2), as a whole number in the bits of a float64. */
@inline
function shiftedBits(x: v128): v128 {
  return i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd));
}

@inline
function exponentOf(shifted: v128): v128 {
  const n = i64x2.shr_s(shifted, 52);
  return f64x2.sub(i64x2.add(n, all(MAGIC)), all(MAGIC));
}

@inline
function mantissaOf(x: v128, shifted: v128): v128 {
  return i64x2.sub(x, v128.and(shifted, i64x2.splat(<i64>0xfff0000000000000)));
}

/** What a logarithm is at 0, below it, and at infinity. */
@inline
function logEdges(x: v128, result: v128): v128 {
  result = select(f64x2.eq(x, all(Infinity)), x, result);
  result = select(f64x2.eq(x, all(0)), all(-Infinity), result);
  return select(f64x2.ge(x, all(0)), result, all(NaN));
}

export function log64(x: v128): v128 {
  const shifted = shiftedBits(x);
  const f = f64x2.sub(mantissaOf(x, shifted), all(1));
  return logEdges(x, logNear(exponentOf(shifted), f));
}

export function log264(x: v128): v128 {
  const shifted = shiftedBits(x);
  const f = f64x2.sub(mantissaOf(x, shifted), all(1));
  const fraction = f64x2.mul(logNear(all(0), f), all(1.4426950408889634));
  return logEdges(x, f64x2.add(exponentOf(shifted), fraction));
}

export function log1064(x: v128): v128 {
  const shifted = shiftedBits(x);
  const f = f64x2.sub(mantissaOf(x, shifted), all(1));
  return logEdges(x, f64x2.mul(logNear(exponentOf(shifted), f), all(0.4342944819032518)));
}

export function log1p64(x: v128): v128 {
  const u = f64x2.add(x, all(1));
  const shifted = shiftedBits(u);
  const n = exponentOf(shifted);
  const near = f64x2.eq(n, all(0));
  const f = select(near, x, f64x2.sub(mantissaOf(u, shifted), all(1)));
  const result = logEdges(u, logNear(n, f));
  return select(f64x2.eq(x, all(0)), x, result);
}

export function sinh64(x: v128): v128 {
  const q = exponential(f64x2.abs(x), true);
  const sum = f64x2.add(q, f64x2.div(q, f64x2.add(q, all(1))));
  return withSignOf(f64x2.mul(all(0.5), sum), x);
}

export function cosh64(x: v128): v128 {
  const e = exponential(f64x2.abs(x), false);
  return f64x2.mul(all(0.5), f64x2.add(e, f64x2.div(all(1), e)));
}

export function arcsinh64(x: v128): v128 {
  const a = f64x2.abs(x);
  const root = f64x2.sqrt(fma(a, a, 1));
  const t = f64x2.add(a, f64x2.div(f64x2.mul(a, a), f64x2.add(root, all(1))));
  return withSignOf(select(f64x2.eq(a, all(Infinity)), a, log1p64(t)), x);
}

export function arccosh64(x: v128): v128 {
  const t = f64x2.sub(x, all(1));
  const result = log1p64(f64x2.add(t, f64x2.sqrt(madd<f64>(t, t, f64x2.add(t, t)))));
  return select(f64x2.ge(x, all(1)), result, all(NaN));
}

export function arctanh64(x: v128): v128 {
  const a = f64x2.abs(x);
  const t = f64x2.div(f64x2.add(a, a), f64x2.sub(all(1), a));
  return withSignOf(f64x2.mul(all(0.5), log1p64(t)), x);
}

/** arctan of a value that is not negative. */
@inline
function arctanPositive(a: v128): v128 {
  const steep = f64x2.gt(a, all(1));
  const u = select(steep, f64x2.div(all(1), a), a);
  const upper = f64x2.gt(u, all(0.41421356237309503));
  const t = select(upper, f64x2.div(f64x2.sub(u, all(1)), f64x2.add(u, all(1))), u);
  const z = f64x2.mul(t, t);
  let p = fma(all(-0.03765510601291402), z, 0.06974197686595265);
  p = fma(p, z, -0.08992552906150912);
  p = fma(p, z, 0.11103456908947464);
  p = fma(p, z, -0.14285386553752139);
  p = fma(p, z, 0.19999993053555815);
  p = fma(p, z, -0.33333333276922494);
  p = fma(p, z, 1);
  p = madd<f64>(p, t, v128.and(upper, all(0.7853981633974483)));
  return select(steep, f64x2.sub(all(1.5707963267948966), p), p);
}

export function arctan64(x: v128): v128 {
  return withSignOf(arctanPositive(f64x2.abs(x)), x);
}

export function arcsin64(x: v128): v128 {
  const a = f64x2.abs(x);
  const other = f64x2.sqrt(f64x2.mul(f64x2.sub(all(1), a), f64x2.add(all(1), a)));
  return withSignOf(arctanPositive(f64x2.div(a, other)), x);
}

export function arccos64(x: v128): v128 {
  const ratio = f64x2.div(f64x2.sub(all(1), x), f64x2.add(all(1), x));
  return f64x2.mul(all(2), arctanPositive(f64x2.sqrt(ratio)));
}

/** The angle of the point (x, y). */
export function arctan264(y: v128, x: v128): v128 {
  const ax = f64x2.abs(x), ay = f64x2.abs(y);
  let ratio = f64x2.div(ay, ax);
  ratio = select(f64x2.eq(ax, ay), all(1), ratio);
  ratio = select(f64x2.eq(ay, all(0)), all(0), ratio);
  ratio = select(v128.or(f64x2.ne(x, x), f64x2.ne(y, y)), all(NaN), ratio);
  const angle = arctanPositive(ratio);
  const left = i64x2.shr_s(x, 63);
  return withSignOf(select(left, f64x2.sub(all(3.141592653589793), angle), angle), y);
}

/** Windows of 32 bits of 4/pi at steps of 8 bits. */
const INVERSE_PI: usize = memory.data<u32>([
  0xa2, 0xa2f9, 0xa2f983, 0xa2f9836e, 0xf9836e4e, 0x836e4e44, 0x6e4e4415, 0x4e441529, 0x441529fc,
  0x1529fc27, 0x29fc2757, 0xfc2757d1, 0x2757d1f5, 0x57d1f534, 0xd1f534dd, 0xf534ddc0, 0x34ddc0db,
  0xddc0db62, 0xc0db6295, 0xdb629599, 0x6295993c, 0x95993c43, 0x993c4390, 0x3c439041,
]);

/** The multiple of pi/2 nearest to a large angle, left by {@linkcode reduceLarge}. */
let quadrant: f64 = 0;

/** A large float32 angle less its nearest multiple of pi/2, by multiplication with the right bits of 4/pi. */
function reduceLarge(angle: f64): f64 {
  if (!isFinite(angle)) return NaN;
  let bits = reinterpret<u32>(<f32>Math.abs(angle));
  const words = INVERSE_PI + <usize>(((bits >> 26) & 15) << 2);
  const shift = (bits >> 23) & 7;
  bits = ((bits & 0xffffff) | 0x800000) << shift;
  let result = <u64>(bits * load<u32>(words));
  const middle = <u64>bits * <u64>load<u32>(words, 16);
  const last = <u64>bits * <u64>load<u32>(words, 32);
  result = (last >> 32) | (result << 32);
  result += middle;
  const n = (result + (<u64>1 << 61)) >> 62;
  result -= n << 62;
  const rest = <f64>(<i64>result) * 3.4061215800304e-19;
  quadrant = angle < 0 ? -<f64>n : <f64>n;
  return angle < 0 ? -rest : rest;
}

/** sin (what = 0), cos (1) or tan (2) of an angle: its rest modulo pi/2, and two short polynomials. */
export function circular(x: v128, what: i32): v128 {
  let n = f64x2.nearest(f64x2.mul(x, all(0.6366197723675814)));
  let r = nmadd<f64>(n, all(1.57079632673412561417), x);
  r = nmadd<f64>(n, all(6.07710050650619224932e-11), r);
  const small = f64x2.lt(f64x2.abs(x), all(1e6));
  if (!v128.all_true<i64>(small)) {
    if (!i64x2.extract_lane(small, 0)) {
      r = f64x2.replace_lane(r, 0, reduceLarge(f64x2.extract_lane(x, 0)));
      n = f64x2.replace_lane(n, 0, quadrant);
    }
    if (!i64x2.extract_lane(small, 1)) {
      r = f64x2.replace_lane(r, 1, reduceLarge(f64x2.extract_lane(x, 1)));
      n = f64x2.replace_lane(n, 1, quadrant);
    }
  }
  const z = f64x2.mul(r, r);
  let s = fma(all(-2.505210838544172e-8), z, 2.7557319223985893e-6);
  s = fma(s, z, -1.984126984126984e-4);
  s = fma(s, z, 8.333333333333333e-3);
  s = fma(s, z, -1.6666666666666666e-1);
  s = madd<f64>(f64x2.mul(s, z), r, r);
  let c = fma(all(2.08767569878681e-9), z, -2.755731922398589e-7);
  c = fma(c, z, 2.48015873015873e-5);
  c = fma(c, z, -1.388888888888889e-3);
  c = fma(c, z, 4.1666666666666664e-2);
  c = fma(c, z, -0.5);
  c = fma(c, z, 1);
  let turns = i64x2.add(f64x2.add(n, all(MAGIC)), i64x2.splat(what == 1 ? 1 : 0));
  const odd = i64x2.shr_s(i64x2.shl(turns, 63), 63);
  if (what == 2) {
    const tangent = f64x2.div(select(odd, f64x2.neg(c), s), select(odd, s, c));
    return select(f64x2.eq(x, all(0)), x, tangent);
  }
  const value = v128.xor(select(odd, c, s), i64x2.shl(i64x2.shr_u(turns, 1), 63));
  return what == 0 ? select(f64x2.eq(x, all(0)), x, value) : value;
}

/** erf for |x| up to 1. */
@inline
function erfNear(x: v128): v128 {
  const z = f64x2.mul(x, x);
  let p = fma(all(1.058938064107502e-06), z, -1.3909340021874599e-05);
  p = fma(p, z, 0.0001195656256820733);
  p = fma(p, z, -0.0008542637997087229);
  p = fma(p, z, 0.005223783477189248);
  p = fma(p, z, -0.026866133235095593);
  p = fma(p, z, 0.11283791308604582);
  p = fma(p, z, -0.3761263888963531);
  p = fma(p, z, 1.1283791670946768);
  return f64x2.mul(p, x);
}

/** 1 - erf x: beyond 0.95, e^-x^2 times a polynomial in (x - k) / (x + k) (after Shepherd and Laframboise). */
export function erfc64(x: v128): v128 {
  const a = f64x2.pmin(f64x2.abs(x), all(10.5));
  const t = f64x2.div(f64x2.sub(a, all(3.75)), f64x2.add(a, all(3.75)));
  let p = fma(all(2.9891806965165736e-05), t, 4.4871135157838905e-05);
  p = fma(p, t, -0.00029616906782873806);
  p = fma(p, t, 0.0002951638229390596);
  p = fma(p, t, 0.0017574221014455957);
  p = fma(p, t, -0.009746692335982951);
  p = fma(p, t, 0.02836201967003595);
  p = fma(p, t, -0.05869339951741234);
  p = fma(p, t, 0.09230433929330903);
  p = fma(p, t, -0.1088039296932124);
  p = fma(p, t, 0.08227673693712963);
  p = fma(p, t, 0.0035854154728498845);
  p = fma(p, t, -0.14024059858066956);
  p = fma(p, t, 1.237512630837871);
  const e = exp64(f64x2.neg(f64x2.mul(a, a)));
  let far = f64x2.div(f64x2.mul(p, e), fma(a, all(2), 1));
  far = select(f64x2.lt(x, all(0)), f64x2.sub(all(2), far), far);
  const near = f64x2.sub(all(1), erfNear(x));
  const result = select(f64x2.lt(a, all(0.95)), near, far);
  return select(f64x2.ne(x, x), x, result);
}

/** The inverse of erf, by Wichura's rational functions for the normal quantile (AS 241). */
export function erfinv64(x: v128): v128 {
  const q = f64x2.mul(x, all(0.5));
  const z = f64x2.sub(all(0.180625), f64x2.mul(q, q));
  let a = fma(all(2509.0809287301226727), z, 33430.575583588128105);
  a = fma(a, z, 67265.770927008700853);
  a = fma(a, z, 45921.953931549871457);
  a = fma(a, z, 13731.693765509461125);
  a = fma(a, z, 1971.5909503065514427);
  a = fma(a, z, 133.14166789178437745);
  a = fma(a, z, 3.387132872796366608);
  let b = fma(all(5226.495278852854561), z, 28729.085735721942674);
  b = fma(b, z, 39307.89580009271061);
  b = fma(b, z, 21213.794301586595867);
  b = fma(b, z, 5394.1960214247511077);
  b = fma(b, z, 687.1870074920579083);
  b = fma(b, z, 42.313330701600911252);
  b = fma(b, z, 1);
  const near = f64x2.mul(q, f64x2.div(a, b));

  const rest = f64x2.mul(f64x2.sub(all(1), f64x2.abs(x)), all(0.5));
  const r = f64x2.sqrt(f64x2.neg(log64(rest)));
  const m = f64x2.sub(r, all(1.6));
  a = fma(all(7.7454501427834140764e-4), m, 0.0227238449892691845833);
  a = fma(a, m, 0.24178072517745061177);
  a = fma(a, m, 1.27045825245236838258);
  a = fma(a, m, 3.64784832476320460504);
  a = fma(a, m, 5.7694972214606914055);
  a = fma(a, m, 4.6303378461565452959);
  a = fma(a, m, 1.42343711074968357734);
  b = fma(all(1.05075007164441684324e-9), m, 5.475938084995344946e-4);
  b = fma(b, m, 0.0151986665636164571966);
  b = fma(b, m, 0.14810397642748007459);
  b = fma(b, m, 0.68976733498510000455);
  b = fma(b, m, 1.6763848301838038494);
  b = fma(b, m, 2.05319162663775882187);
  b = fma(b, m, 1);
  const far = withSignOf(f64x2.div(a, b), x);
  const result = select(f64x2.le(f64x2.abs(q), all(0.425)), near, far);
  const value = f64x2.mul(result, all(0.7071067811865476));
  return select(f64x2.eq(f64x2.abs(x), all(1)), withSignOf(all(Infinity), x), value);
}

/** x^y. */
export function power64(x: v128, y: v128): v128 {
  const a = f64x2.abs(x);
  let result = exp64(f64x2.mul(y, log64(a)));
  const half = f64x2.mul(y, all(0.5));
  const whole = f64x2.eq(f64x2.floor(y), y);
  const odd = v128.and(whole, f64x2.ne(f64x2.floor(half), half));
  const negative = i64x2.shr_s(x, 63);
  result = v128.xor(result, v128.and(v128.and(negative, odd), all(-0.0)));
  const finite = f64x2.lt(a, all(Infinity));
  const undefinedAt = v128.and(v128.andnot(f64x2.lt(x, all(0)), whole), finite);
  result = select(undefinedAt, all(NaN), result);
  const endless = f64x2.eq(f64x2.abs(y), all(Infinity));
  const one = v128.or(f64x2.eq(x, all(1)), v128.and(f64x2.eq(a, all(1)), endless));
  return select(v128.or(one, f64x2.eq(y, all(0))), all(1), result);
}
