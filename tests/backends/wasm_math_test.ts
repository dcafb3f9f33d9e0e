import { assert } from "@std/assert";
import { erf, erfc, erfinv } from "../../plugins/backends/reference/special.ts";
import { WasmBackend } from "../../plugins/backends/wasm/backend.ts";
import { Bench } from "./wasm_operands.ts";

/** Function and the largest error allowed, in units in the last place of float32. */
const FUNCTIONS: Record<string, [exact: (x: number) => number, ulps: number]> = {
  negative: [(x) => -x, 0],
  abs: [Math.abs, 0],
  sign: [Math.sign, 0],
  floor: [Math.floor, 0],
  ceil: [Math.ceil, 0],
  trunc: [Math.trunc, 0],
  sqrt: [Math.sqrt, 0.51],
  rsqrt: [(x) => 1 / Math.sqrt(x), 1.6],
  exp: [Math.exp, 1.05],
  exp2: [(x) => 2 ** x, 0.6],
  expm1: [Math.expm1, 0.6],
  log: [Math.log, 0.85],
  log2: [Math.log2, 0.6],
  log10: [Math.log10, 0.6],
  log1p: [Math.log1p, 0.6],
  sin: [Math.sin, 0.6],
  cos: [Math.cos, 0.6],
  tan: [Math.tan, 0.6],
  arcsin: [Math.asin, 0.6],
  arccos: [Math.acos, 0.6],
  arctan: [Math.atan, 0.6],
  sinh: [Math.sinh, 0.6],
  cosh: [Math.cosh, 0.6],
  tanh: [Math.tanh, 1.4],
  arcsinh: [Math.asinh, 0.6],
  arccosh: [Math.acosh, 0.6],
  arctanh: [Math.atanh, 0.6],
  erf: [erf, 1.15],
  erfc: [erfc, 0.6],
  erfinv: [erfinv, 0.6],
  sigmoid: [(x) => x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)), 1.95],
};

const EDGES = [
  ...[
    0,
    1,
    2,
    0.5,
    Infinity,
    1e-45,
    1.17549435e-38,
    1.1754942e-38,
    3.4028234663852886e38,
    88.7,
    89,
  ],
  ...[
    87.3,
    103,
    104,
    0.625,
    0.921875,
    4,
    1 - 2 ** -24,
    1 + 2 ** -23,
    1.5707963267948966,
    1e6,
    1e22,
  ],
].flatMap((x) => [x, -x]).concat(NaN);

/** Floats from the whole range, evenly by their bits, then densely where functions bend, then edges. */
function arguments_(): Float32Array {
  const bits = Uint32Array.from({ length: 60_000 }, (_, i) => i * 71_583 + (i % 13));
  const dense = Float32Array.from(
    { length: 20_000 },
    (_, i) => (i / 10_000 - 1) * (i % 2 ? 24 : 2),
  );
  return new Float32Array([...new Float32Array(bits.buffer), ...dense, ...EDGES]);
}

/** The distance of neighbouring float32 numbers at a value. */
function unit(value: number): number {
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -126) return 2 ** -149;
  const bits = new Uint32Array(Float32Array.of(magnitude).buffer)[0];
  return 2 ** ((bits >>> 23) - 127 - 23);
}

/** The error in units, or infinity where the kind of value is wrong: NaN, infinity, the sign of zero. */
function errorOf(actual: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (!Number.isFinite(rounded) || exact === 0) return Object.is(actual, rounded) ? 0 : Infinity;
  if (!Number.isFinite(actual)) return Infinity;
  return Math.abs(actual - exact) / unit(rounded);
}

for (const relaxedSimd of [true, false]) {
  const backend = new WasmBackend({ threads: 1, relaxedSimd });
  for (const [name, [exact, ulps]] of Object.entries(FUNCTIONS)) {
    Deno.test(`${name}() is within ${ulps} units over all of float32, ${backend.description}`, () => {
      using bench = new Bench(backend);
      const values = arguments_();
      const x = bench.operand([values.length], values);
      const y = bench.operand([values.length]);
      bench.run(name, [x], [y]);
      const actual = bench.values(y);
      let [worst, at] = [0, 0];
      for (let i = 0; i < values.length; i++) {
        const error = errorOf(actual[i], exact(values[i]));
        if (error > worst) [worst, at] = [error, i];
      }
      const met = `${values[at]} gives ${actual[at]}, exactly ${exact(values[at])}`;
      assert(worst <= ulps, `${name}: an error of ${worst} units: ${met}`);
    });
  }

  Deno.test(`power(), mod(), floorDivide(), arctan2() agree with float64, ${backend.description}`, () => {
    using bench = new Bench(backend);
    const some = [
      ...EDGES,
      3,
      -3,
      7,
      -7,
      0.1,
      -0.1,
      2.5,
      -2.5,
      1e-3,
      12345.678,
      -98765.43,
      1e10,
      33,
    ];
    const pairs = some.flatMap((a) => some.map((b) => [Math.fround(a), Math.fround(b)]));
    const a = bench.operand([pairs.length], pairs.map(([a]) => a));
    const b = bench.operand([pairs.length], pairs.map(([, b]) => b));
    const y = bench.operand([pairs.length]);
    for (const [name, exact] of Object.entries(TWO)) {
      bench.run(name, [a, b], [y]);
      bench.values(y).forEach((actual, i) => {
        const want = exact(...pairs[i] as [number, number]);
        // The sign of a zero quotient is nobody's promise.
        const error = name === "floorDivide" && want === 0
          ? Math.abs(actual)
          : errorOf(actual, want);
        assert(error <= 0.6, `${name}(${pairs[i]}) gives ${actual}, exactly ${want}`);
      });
    }
  });
}

const TWO: Record<string, (a: number, b: number) => number> = {
  power: (a, b) => a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b,
  mod: (a, b) => {
    const rest = a % b;
    if (rest === 0) return b < 0 || Object.is(b, -0) ? -0 : 0;
    return (rest < 0) === (b < 0) ? rest : rest + b;
  },
  floorDivide: (a, b) => {
    if (b === 0) return a / b;
    const rest = a % b;
    const quotient = Math.round((a - rest) / b);
    return rest !== 0 && (rest < 0) !== (b < 0) ? quotient - 1 : quotient;
  },
  arctan2: Math.atan2,
};
