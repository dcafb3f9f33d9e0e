/**
 * Every primitive on the default backend beside the reference: none should be slower.
 *
 *     deno run bench/ops.ts
 *
 * @module
 */

import { grad, ops, randn, setBackend, setSeed, type Tensor, tensor, tidy } from "../mod.ts";

/** Operands of middling size, on the backend in use. */
function operands() {
  setSeed(1);
  const x = randn([256, 256]);
  return {
    x,
    y: randn([256, 256]),
    row: randn([256]),
    unit: ops.sigmoid(x),
    whole: ops.cast(ops.multiply(x, 100), "int32"),
    truth: ops.greater(x, 0),
    places: tensor(Array.from({ length: 256 }, (_, i) => (i * 37) % 256), { dtype: "int32" }),
    along: ops.argsort(x),
    images: randn([4, 16, 16, 32]),
    kernel: randn([3, 3, 32, 32]),
    depthwise: randn([3, 3, 32, 1]),
  };
}

type Operands = ReturnType<typeof operands>;

const UNARY = [
  ...["negative", "abs", "sign", "floor", "ceil", "round", "trunc", "exp", "exp2", "expm1"],
  ...["sin", "cos", "tan", "arctan", "sinh", "cosh", "tanh", "arcsinh", "erf", "sigmoid"],
  ...["isnan", "isinf", "isfinite", "relu", "softplus", "square", "gelu", "silu"],
] as const;
const UNARY_OF_UNIT = [
  ...["sqrt", "rsqrt", "log", "log2", "log10", "log1p", "arcsin", "arccos", "arctanh", "erfinv"],
] as const;
const BINARY = [
  ...["add", "subtract", "multiply", "divide", "floorDivide", "mod", "maximum", "minimum"],
  ...["arctan2", "equal", "less", "greaterEqual"],
] as const;

/** What is timed, by name. */
function calls(): [string, (o: Operands) => unknown][] {
  const table = ops as unknown as Record<string, (...inputs: Tensor[]) => Tensor>;
  const all = { axis: [0, 1] };
  return [
    ...UNARY.map((name): [string, (o: Operands) => unknown] => [name, ({ x }) => table[name](x)]),
    ...UNARY_OF_UNIT.map((name): [string, (o: Operands) => unknown] => [
      name,
      ({ unit }) => table[name](unit),
    ]),
    ...BINARY.flatMap((name): [string, (o: Operands) => unknown][] => [
      [name, ({ x, y }) => table[name](x, y)],
      [`${name}, a row`, ({ x, row }) => table[name](x, row)],
    ]),
    ["power", ({ unit, x }) => ops.power(unit, x)],
    ["bitwiseAnd", ({ whole }) => ops.bitwiseAnd(whole, 255)],
    ["add, int32", ({ whole }) => ops.add(whole, whole)],
    ["cast to int32", ({ x }) => ops.cast(x, "int32")],
    ["where", ({ truth, x, y }) => ops.where(truth, x, y)],
    ["logicalAnd", ({ truth }) => ops.logicalAnd(truth, truth)],
    ...(["sum", "mean", "prod", "max", "min"] as const).flatMap((
      name,
    ): [string, (o: Operands) => unknown][] => [
      [name, ({ x }) => ops[name](x, all)],
      [`${name}, axis 0`, ({ x }) => ops[name](x, { axis: 0 })],
      [`${name}, axis 1`, ({ x }) => ops[name](x, { axis: 1 })],
      [`${name} of images`, ({ images }) => ops[name](images, { axis: [1, 2] })],
    ]),
    ["argmax, axis 0", ({ x }) => ops.argmax(x, { axis: 0 })],
    ["argmax, axis 1", ({ x }) => ops.argmax(x, { axis: 1 })],
    ["cumsum, axis 0", ({ x }) => ops.cumsum(x, { axis: 0 })],
    ["cumsum, axis 1", ({ x }) => ops.cumsum(x, { axis: 1 })],
    ["argsort", ({ x }) => ops.argsort(x)],
    ["matmul", ({ x, y }) => ops.matmul(x, y)],
    ["transpose", ({ x }) => ops.transpose(x)],
    ["broadcastTo", ({ row }) => ops.broadcastTo(row, [256, 256])],
    ["slice", ({ x }) => x.get([1, 255], [1, 255])],
    ["slice by two", ({ x }) => x.get([null, null, 2], [null, null, 2])],
    ["pad", ({ x }) => ops.pad(x, 2)],
    ["concatenate", ({ x, y }) => ops.concatenate([x, y], { axis: 1 })],
    ["flip", ({ x }) => ops.flip(x)],
    ["take rows", ({ x, places }) => ops.take(x, places, { axis: 0 })],
    ["take columns", ({ x, places }) => ops.take(x, places, { axis: 1 })],
    ["takeAlongAxis", ({ x, along }) => ops.takeAlongAxis(x, along, { axis: -1 })],
    ["segmentSum", ({ x, places }) => ops.segmentSum(x, places, { numSegments: 256 })],
    ["randn", () => randn([256, 256])],
    ["softmax", ({ x }) => ops.softmax(x)],
    ["softmax, axis 0", ({ x }) => ops.softmax(x, { axis: 0 })],
    ["layerNormalization", ({ x }) => ops.layerNormalization(x)],
    ["conv", ({ images, kernel }) => ops.conv(images, kernel)],
    [
      "conv, gradients",
      ({ images, kernel }) => grad((x: Tensor, k: Tensor) => ops.conv(x, k).sum())(images, kernel),
    ],
    ["depthwiseConv", ({ images, depthwise }) => ops.depthwiseConv(images, depthwise)],
    ["maxPool", ({ images }) => ops.maxPool(images, { poolSize: 2 })],
    ["averagePool", ({ images }) => ops.averagePool(images, { poolSize: 2 })],
  ];
}

/** The least time of some runs, in ms. */
function timeOf(run: () => unknown): number {
  let least = Infinity;
  const until = performance.now() + 30;
  for (let i = 0; i < 3 || performance.now() < until; i++) {
    const start = performance.now();
    tidy(() => void run());
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

const times = new Map<string, number[]>();
for (const backend of ["reference", "wasm"]) {
  await setBackend(backend);
  const given = operands();
  for (const [name, run] of calls()) {
    times.set(name, [...times.get(name) ?? [], timeOf(() => run(given))]);
  }
}
const rows = [...times].map(([name, [reference, wasm]]) => ({
  name,
  wasm,
  ratio: reference / wasm,
}));
rows.sort((a, b) => a.ratio - b.ratio);
console.log(`${"".padEnd(24)}${"wasm, us".padStart(10)}${"reference is slower by".padStart(26)}`);
for (const { name, wasm, ratio } of rows) {
  const mark = ratio < 1 ? "  slower than the reference" : "";
  console.log(
    `${name.padEnd(24)}${(wasm * 1000).toFixed(1).padStart(10)}${
      `${ratio.toFixed(1)}x`.padStart(26)
    }${mark}`,
  );
}
