/** Functions of one value. The order of the operations is the host's: see elementwise.ts there. */
import {
  arccos64, arccosh64, arcsin64, arcsinh64, arctan64, arctanh64, circular, cosh64, erfc64, erfinv64, exp264,
  expm164, high, log1064, log1p64, log264, low, narrow, sinh64,
} from "./math64";
import { erf32, exp32, log32, sigmoid32, tanh32 } from "./math32";
import { UNARY } from "./tasks";
import { argument, parallel, setArgument } from "./parallel";
import { ceilDiv, min32, storePart } from "./vector";

export const TANH: i32 = 24;
export const SIGMOID: i32 = 31;
export const RELU: i32 = 32;

/** Elements of a chunk. */
const CHUNK: i32 = 16384;
/** Operations up to this one, and relu, are cheap: sharing them pays only when there are many values. */
const RSQRT: i32 = 8;

@inline
function sign<T>(x: v128): v128 {
  const zero = v128.splat<T>(<T>0), one = v128.splat<T>(<T>1);
  if (isInteger<T>()) {
    return v128.sub<T>(v128.and(v128.gt<T>(x, zero), one), v128.and(v128.lt<T>(x, zero), one));
  }
  const nothing = v128.or(v128.eq<T>(x, zero), v128.ne<T>(x, x));
  const minus = v128.splat<T>(<T>-0.0);
  return v128.bitselect(x, v128.or(v128.and(x, minus), one), nothing);
}

@unmanaged class Negative {
  @inline run<T>(x: v128): v128 { return v128.neg<T>(x); }
}
@unmanaged class Abs {
  @inline run<T>(x: v128): v128 { return v128.abs<T>(x); }
}
@unmanaged class Sign {
  @inline run<T>(x: v128): v128 { return sign<T>(x); }
}
@unmanaged class Floor {
  @inline run<T>(x: v128): v128 { return v128.floor<T>(x); }
}
@unmanaged class Ceil {
  @inline run<T>(x: v128): v128 { return v128.ceil<T>(x); }
}
@unmanaged class Round {
  @inline run<T>(x: v128): v128 { return v128.nearest<T>(x); }
}
@unmanaged class Trunc {
  @inline run<T>(x: v128): v128 { return v128.trunc<T>(x); }
}
@unmanaged class Sqrt {
  @inline run<T>(x: v128): v128 { return v128.sqrt<T>(x); }
}
@unmanaged class Rsqrt {
  @inline run<T>(x: v128): v128 { return v128.div<T>(v128.splat<T>(<T>1), v128.sqrt<T>(x)); }
}
@unmanaged class Exp {
  @inline run<T>(x: v128): v128 { return exp32(x); }
}
@unmanaged class Exp2 {
  @inline run<T>(x: v128): v128 { return narrow(exp264(low(x)), exp264(high(x))); }
}
@unmanaged class Expm1 {
  @inline run<T>(x: v128): v128 { return narrow(expm164(low(x)), expm164(high(x))); }
}
@unmanaged class Log {
  @inline run<T>(x: v128): v128 { return log32(x); }
}
@unmanaged class Log2 {
  @inline run<T>(x: v128): v128 { return narrow(log264(low(x)), log264(high(x))); }
}
@unmanaged class Log10 {
  @inline run<T>(x: v128): v128 { return narrow(log1064(low(x)), log1064(high(x))); }
}
@unmanaged class Log1p {
  @inline run<T>(x: v128): v128 { return narrow(log1p64(low(x)), log1p64(high(x))); }
}
@unmanaged class Sin {
  @inline run<T>(x: v128): v128 { return narrow(circular(low(x), 0), circular(high(x), 0)); }
}
@unmanaged class Cos {
  @inline run<T>(x: v128): v128 { return narrow(circular(low(x), 1), circular(high(x), 1)); }
}
@unmanaged class Tan {
  @inline run<T>(x: v128): v128 { return narrow(circular(low(x), 2), circular(high(x), 2)); }
}
@unmanaged class Arcsin {
  @inline run<T>(x: v128): v128 { return narrow(arcsin64(low(x)), arcsin64(high(x))); }
}
@unmanaged class Arccos {
  @inline run<T>(x: v128): v128 { return narrow(arccos64(low(x)), arccos64(high(x))); }
}
@unmanaged class Arctan {
  @inline run<T>(x: v128): v128 { return narrow(arctan64(low(x)), arctan64(high(x))); }
}
@unmanaged class Sinh {
  @inline run<T>(x: v128): v128 { return narrow(sinh64(low(x)), sinh64(high(x))); }
}
@unmanaged class Cosh {
  @inline run<T>(x: v128): v128 { return narrow(cosh64(low(x)), cosh64(high(x))); }
}
@unmanaged class Tanh {
  @inline run<T>(x: v128): v128 { return tanh32(x); }
}
@unmanaged class Arcsinh {
  @inline run<T>(x: v128): v128 { return narrow(arcsinh64(low(x)), arcsinh64(high(x))); }
}
@unmanaged class Arccosh {
  @inline run<T>(x: v128): v128 { return narrow(arccosh64(low(x)), arccosh64(high(x))); }
}
@unmanaged class Arctanh {
  @inline run<T>(x: v128): v128 { return narrow(arctanh64(low(x)), arctanh64(high(x))); }
}
@unmanaged class Erf {
  @inline run<T>(x: v128): v128 { return erf32(x); }
}
@unmanaged class Erfc {
  @inline run<T>(x: v128): v128 { return narrow(erfc64(low(x)), erfc64(high(x))); }
}
@unmanaged class Erfinv {
  @inline run<T>(x: v128): v128 { return narrow(erfinv64(low(x)), erfinv64(high(x))); }
}
@unmanaged class Sigmoid {
  @inline run<T>(x: v128): v128 { return sigmoid32(x); }
}
@unmanaged class Relu {
  @inline run<T>(x: v128): v128 { return f32x4.pmax(x, f32x4.splat(0)); }
}

/** Applies an operation to n neighbours; may run in place. */
function map<T, Operation>(x: usize, y: usize, n: i32): void {
  const operation = changetype<Operation>(0);
  const whole = x + (<usize>n * sizeof<T>() & ~15);
  while (x < whole) {
    v128.store(y, operation.run<T>(v128.load(x)));
    x += 16;
    y += 16;
  }
  const rest = <usize>n * sizeof<T>() & 15;
  if (rest) storePart(y, operation.run<T>(v128.load(x)), rest);
}

/** y = operation(x) on float32. */
export function unaryRow(operation: i32, x: usize, y: usize, n: i32): void {
  switch (operation) {
    case 0: return map<f32, Negative>(x, y, n);
    case 1: return map<f32, Abs>(x, y, n);
    case 2: return map<f32, Sign>(x, y, n);
    case 3: return map<f32, Floor>(x, y, n);
    case 4: return map<f32, Ceil>(x, y, n);
    case 5: return map<f32, Round>(x, y, n);
    case 6: return map<f32, Trunc>(x, y, n);
    case 7: return map<f32, Sqrt>(x, y, n);
    case 8: return map<f32, Rsqrt>(x, y, n);
    case 9: return map<f32, Exp>(x, y, n);
    case 10: return map<f32, Exp2>(x, y, n);
    case 11: return map<f32, Expm1>(x, y, n);
    case 12: return map<f32, Log>(x, y, n);
    case 13: return map<f32, Log2>(x, y, n);
    case 14: return map<f32, Log10>(x, y, n);
    case 15: return map<f32, Log1p>(x, y, n);
    case 16: return map<f32, Sin>(x, y, n);
    case 17: return map<f32, Cos>(x, y, n);
    case 18: return map<f32, Tan>(x, y, n);
    case 19: return map<f32, Arcsin>(x, y, n);
    case 20: return map<f32, Arccos>(x, y, n);
    case 21: return map<f32, Arctan>(x, y, n);
    case 22: return map<f32, Sinh>(x, y, n);
    case 23: return map<f32, Cosh>(x, y, n);
    case 24: return map<f32, Tanh>(x, y, n);
    case 25: return map<f32, Arcsinh>(x, y, n);
    case 26: return map<f32, Arccosh>(x, y, n);
    case 27: return map<f32, Arctanh>(x, y, n);
    case 28: return map<f32, Erf>(x, y, n);
    case 29: return map<f32, Erfc>(x, y, n);
    case 30: return map<f32, Erfinv>(x, y, n);
    case 31: return map<f32, Sigmoid>(x, y, n);
    case 32: return map<f32, Relu>(x, y, n);
  }
}

function unaryRow64(operation: i32, x: usize, y: usize, n: i32): void {
  switch (operation) {
    case 0: return map<f64, Negative>(x, y, n);
    case 1: return map<f64, Abs>(x, y, n);
    case 2: return map<f64, Sign>(x, y, n);
    case 3: return map<f64, Floor>(x, y, n);
    case 4: return map<f64, Ceil>(x, y, n);
    case 5: return map<f64, Round>(x, y, n);
    case 6: return map<f64, Trunc>(x, y, n);
    case 7: return map<f64, Sqrt>(x, y, n);
    case 8: return map<f64, Rsqrt>(x, y, n);
  }
}

function unaryRowI32(operation: i32, x: usize, y: usize, n: i32): void {
  switch (operation) {
    case 0: return map<i32, Negative>(x, y, n);
    case 1: return map<i32, Abs>(x, y, n);
    case 2: return map<i32, Sign>(x, y, n);
  }
}

/** y = operation(x) on n values; dtype 0 is float32, 1 float64, 2 int32. */
export function unary(operation: i32, dtype: i32, x: usize, y: usize, n: i32): void {
  if (dtype == 1) return unaryRow64(operation, x, y, n);
  if (dtype == 2) return unaryRowI32(operation, x, y, n);
  const perChunk = operation <= RSQRT || operation == RELU ? CHUNK : CHUNK / 4;
  if (n < 3 * perChunk) return unaryRow(operation, x, y, n);
  setArgument(0, operation);
  setArgument(1, x);
  setArgument(2, y);
  setArgument(3, n);
  setArgument(4, perChunk);
  parallel(UNARY, ceilDiv(n, perChunk));
}

export function unaryChunk(chunk: i32): void {
  const perChunk = <i32>argument(4);
  const from = chunk * perChunk;
  const at = <usize>from << 2;
  unaryRow(argument(0), argument(1) + at, argument(2) + at, min32(perChunk, argument(3) - from));
}
