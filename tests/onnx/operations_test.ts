import { assertEquals } from "@std/assert";
import { apply } from "../../core/dispatch.ts";
import { isPrimitive } from "../../core/primitives.ts";
import { traceModel } from "../../core/traced_model.ts";
import { ops, type Tensor, tensor } from "../../mod.ts";
import { primitiveRules } from "../../plugins/exporters/onnx/lowerings/primitives.ts";
import { assertParity, b, computation, drawn, f, i, type InputKind } from "./_run.ts";

type Case = [inputs: InputKind[], run: (...inputs: Tensor[]) => Tensor | Tensor[]];

const within = (low: number, high: number, ...shape: number[]): InputKind => ({
  shape,
  map: (x) => ops.clip(x, { xMin: low, xMax: high }),
});
const positive: InputKind = { shape: [4], map: (x) => ops.add(ops.abs(x), 0.1) };
const special: InputKind = {
  shape: [4],
  map: (x) => ops.multiply(x, tensor([1, Infinity, NaN, -Infinity])),
};
const whole = i(-9, 9, 4);

const CASES: Record<string, Case> = {
  negative: [[f(4)], ops.negative],
  "negative of bools": [[b(4)], ops.negative],
  abs: [[f(4)], ops.abs],
  sign: [[f(4)], ops.sign],
  "sign of int32": [[whole], ops.sign],
  floor: [[f(4)], ops.floor],
  "floor of int32": [[whole], ops.floor],
  ceil: [[f(4)], ops.ceil],
  round: [
    [{ shape: [4], map: (x) => ops.divide(ops.round(ops.multiply(x, 4)), 2) }],
    (x) => ops.round(x),
  ],
  trunc: [[f(4)], (x) => ops.trunc(ops.multiply(x, 3))],
  sqrt: [[positive], ops.sqrt],
  rsqrt: [[positive], ops.rsqrt],
  exp: [[f(4)], ops.exp],
  exp2: [[f(4)], ops.exp2],
  expm1: [[f(4)], ops.expm1],
  log: [[positive], ops.log],
  log2: [[positive], ops.log2],
  log10: [[positive], ops.log10],
  log1p: [[positive], ops.log1p],
  sin: [[f(4)], ops.sin],
  cos: [[f(4)], ops.cos],
  tan: [[within(-1.4, 1.4, 4)], ops.tan],
  arcsin: [[within(-1, 1, 4)], ops.arcsin],
  arccos: [[within(-1, 1, 4)], ops.arccos],
  arctan: [[f(4)], ops.arctan],
  sinh: [[f(4)], ops.sinh],
  cosh: [[f(4)], ops.cosh],
  tanh: [[f(4)], ops.tanh],
  arcsinh: [[f(4)], ops.arcsinh],
  arccosh: [[positive], (x) => ops.arccosh(ops.add(x, 1))],
  arctanh: [[within(-0.99, 0.99, 4)], ops.arctanh],
  erf: [[f(4)], ops.erf],
  erfc: [[f(4)], ops.erfc],
  erfinv: [[within(-0.999, 0.999, 4)], ops.erfinv],
  "erfinv at its poles": [[f(4)], (x) => ops.erfinv(ops.sign(x))],
  sigmoid: [[f(4)], ops.sigmoid],
  isnan: [[special], ops.isnan],
  isinf: [[special], ops.isinf],
  isfinite: [[special], ops.isfinite],
  "tests of int32": [[whole], (x) => [ops.isnan(x), ops.isinf(x), ops.isfinite(x)]],
  logicalNot: [[b(4)], ops.logicalNot],
  bitwiseNot: [[whole], ops.bitwiseNot],
  "bitwiseNot of bools": [[b(4)], ops.bitwiseNot],
  "cast to int32": [[f(4)], (x) => ops.cast(ops.multiply(x, 3), "int32")],
  "cast to bool": [[whole], (x) => ops.cast(x, "bool")],
  "cast to float64": [[f(4)], (x) => ops.cast(x, "float64")],
  add: [[f(4), f(4)], ops.add],
  "add broadcast": [[f(4, 1), f(3)], (x, y) => ops.add(x, ops.expandDims(y, 1))],
  "add of int32": [[whole, whole], ops.add],
  subtract: [[f(4), f(4)], ops.subtract],
  multiply: [[f(4), f(4)], ops.multiply],
  divide: [[f(4), positive], ops.divide],
  "divide of int32": [[whole, i(1, 5, 4)], ops.divide],
  floorDivide: [[f(4), positive], ops.floorDivide],
  "floorDivide of int32, 0 included": [[whole, i(-3, 3, 4)], ops.floorDivide],
  mod: [[f(4), positive], ops.mod],
  "mod by what is negative": [[f(4), positive], (x, y) => ops.mod(x, ops.negative(y))],
  "mod of int32, 0 included": [[whole, i(-3, 3, 4)], ops.mod],
  power: [[positive, f(4)], ops.power],
  "power of int32": [[whole, i(0, 4, 4)], ops.power],
  maximum: [[f(4), f(4)], ops.maximum],
  "maximum of bools": [[b(4), b(4)], ops.maximum],
  minimum: [[whole, whole], ops.minimum],
  "minimum of bools": [[b(4), b(4)], ops.minimum],
  arctan2: [[f(4), f(4)], ops.arctan2],
  "arctan2 on the axes": [[i(-1, 2, 9), i(-1, 2, 9)], ops.arctan2],
  equal: [[whole, whole], ops.equal],
  "equal of bools": [[b(4), b(4)], ops.equal],
  notEqual: [[whole, whole], ops.notEqual],
  less: [[f(4), f(4)], ops.less],
  "less of bools": [[b(4), b(4)], ops.less],
  lessEqual: [[whole, whole], ops.lessEqual],
  greater: [[f(4), f(4)], ops.greater],
  greaterEqual: [[whole, whole], ops.greaterEqual],
  logicalAnd: [[b(4), b(4)], ops.logicalAnd],
  logicalOr: [[b(4), b(4)], ops.logicalOr],
  logicalXor: [[b(4), b(4)], ops.logicalXor],
  bitwiseAnd: [[whole, whole], ops.bitwiseAnd],
  bitwiseOr: [[whole, whole], ops.bitwiseOr],
  bitwiseXor: [[whole, whole], ops.bitwiseXor],
  "bitwiseXor of bools": [[b(4), b(4)], ops.bitwiseXor],
  leftShift: [[whole, i(-2, 40, 4)], ops.leftShift],
  rightShift: [[i(-999, 999, 4), i(-2, 40, 4)], ops.rightShift],
  where: [[b(4), f(4), f(4)], ops.where],
  "where of bools": [[b(4), b(4), b(4)], ops.where],
  sum: [[f(3, 4)], (x) => ops.sum(x, { axis: 1 })],
  "sum of bools": [[b(3, 4)], (x) => ops.sum(x, { axis: [1, 2], keepdims: true })],
  "sum of no axes": [[f(3)], (x) => ops.sum(x, { axis: [] })],
  "sum of the batch": [[f(3)], (x) => ops.sum(x, { axis: 0 })],
  mean: [[f(3, 4)], (x) => ops.mean(x, { axis: -1, keepdims: true })],
  "mean of int32": [[i(-9, 9, 3)], (x) => ops.mean(x, { axis: -1 })],
  prod: [[f(3, 4)], (x) => ops.prod(x, { axis: -1 })],
  max: [[f(3, 4)], (x) => ops.max(x, { axis: -1 })],
  "max of bools": [[b(3, 4)], (x) => ops.max(x, { axis: -1 })],
  min: [[i(-9, 9, 3, 4)], (x) => ops.min(x, { axis: [1, 2] })],
  argmax: [[f(3, 4)], (x) => ops.argmax(x, { axis: 1 })],
  argmin: [[i(-9, 9, 3, 4)], (x) => ops.argmin(x, { axis: -1, keepdims: true })],
  "argmax of bools": [[b(3, 4)], (x) => ops.argmax(x, { axis: -1 })],
  cumsum: [[f(3, 4)], (x) => ops.cumsum(x, { axis: 1 })],
  "cumsum of bools": [[b(4)], (x) => ops.cumsum(x, { axis: -1 })],
  cumprod: [[f(5)], (x) => ops.cumprod(x, { axis: 1 })],
  argsort: [[f(5)], (x) => ops.argsort(x)],
  "sort descending, of ties": [[i(0, 3, 6)], (x) => [
    ops.sort(x, { descending: true }),
    ops.argsort(x),
  ]],
  "argsort of the batch": [[f(2)], (x) => ops.argsort(x, { axis: 0 })],
  matmul: [[f(3, 4), f(4, 5)], (x, y) => ops.matmul(x, y)],
  "matmul of int32": [[i(-9, 9, 3, 4), i(-9, 9, 4, 5)], (x, y) => ops.matmul(x, y)],
  "matmul transposed": [
    [f(4, 3), f(5, 4)],
    (x, y) => ops.matmul(x, y, { transposeA: true, transposeB: true }),
  ],
  "matmul of matrices": [[f(4)], (x) => ops.matmul(x, x, { transposeB: true })],
  "matmul of vectors": [[f(4)], (x) => ops.matmul(x, ops.ones([4]))],
  conv: [[f(6, 5, 2)], (x) =>
    apply("conv", [x, drawn(3, 2, 2, 4)], {
      strides: [1, 2],
      padding: [[0, 1], [2, 0]],
      dilations: [1, 1],
      groups: 1,
    })],
  convInputGradient: [
    [f(4, 3, 2)],
    (x) => ops.convTranspose(x, drawn(3, 3, 5, 2), { strides: 2, padding: "same" }),
  ],
  reshape: [[f(2, 6)], (x) => ops.reshape(x, [-1, 3, 4])],
  "reshape of the batch": [[f(2, 6)], (x) => ops.reshape(x, [-1, 4])],
  transpose: [[f(2, 3, 4)], (x) => ops.transpose(x, [0, 2, 3, 1])],
  broadcastTo: [[f(1, 3)], (x) => ops.broadcastTo(x, [null, 4, 3])],
  "broadcastTo more axes": [[b(3)], (x) => ops.broadcastTo(x, [2, null, 3])],
  slice: [[f(6, 5)], (x) => x.get(":", [1, null, 2], [0, 3])],
  "slice from the end": [[f(6)], (x) => x.get(":", [-2, null])],
  "index": [[f(6, 5)], (x) => x.get(":", -1, 2)],
  pad: [[f(3, 2)], (x) => ops.pad(x, [[0, 0], [1, 2], [0, 3]], { constantValues: 7 })],
  "pad of int32": [[i(-9, 9, 3)], (x) => ops.pad(x, [[0, 0], [1, 2]], { constantValues: 7 })],
  "pad by reflection": [[f(5)], (x) => ops.pad(x, [[0, 0], [2, 2]], { mode: "reflect" })],
  concatenate: [[f(2), i(-9, 9, 3)], (x, y) => ops.concatenate([x, y], { axis: 1 })],
  "stack and unstack": [[f(4), f(4)], (x, y) =>
    ops.unstack(ops.stack([x, y], { axis: 1 }), {
      axis: 2,
    })],
  flip: [[f(3, 4)], (x) => ops.flip(x, { axis: [1, 2] })],
  "flip of all axes": [[f(3)], (x) => ops.flip(x)],
  take: [[i(0, 5, 3)], (x) => ops.take(drawn(5, 4), x, { axis: 0 })],
  "take on an inner axis": [[f(5, 2)], (x) => ops.take(x, [3, -1, 0], { axis: 1 })],
  takeAlongAxis: [[f(5), i(-5, 5, 3)], (x, y) => ops.takeAlongAxis(x, y, { axis: 1 })],
  scatterAdd: [
    [f(3, 2)],
    (x) =>
      ops.segmentSum(ops.transpose(x, [1, 0, 2]), tensor([1, 1, 0], { dtype: "int32" }), {
        numSegments: 3,
      }),
  ],
  scatterAddAlongAxis: [[f(3), i(0, 4, 3)], (x, y) => added(x, y)],
  scatterUpdate: [[f(3)], (x) =>
    ops.scatterUpdate(
      ops.zeros([4, 3]),
      [[1], [3]],
      ops.concatenate([
        ops.max(x, { axis: 0, keepdims: true }),
        ops.min(x, { axis: 0, keepdims: true }),
      ]),
    )],
  linear: [[f(4)], (x) => ops.linear(x, drawn(4, 3), { bias: drawn(3), activation: "tanh" })],
  "linear of sequences": [
    [f(5, 4)],
    (x) => ops.linear(x, drawn(4, 3), { bias: drawn(3), activation: "sigmoid" }),
  ],
  "linear without a bias": [[f(4)], (x) => ops.linear(x, drawn(4, 3), { activation: "relu" })],
  softmax: [[f(3, 4)], (x) => ops.softmax(x, { axis: 1 })],
  logSoftmax: [[f(3, 4)], (x) => ops.logSoftmax(x)],
  logsumexp: [[f(3, 4)], (x) => [
    ops.logsumexp(x, { axis: [1, 2] }),
    ops.logsumexp(x, {
      axis: 1,
      keepdims: true,
    }),
  ]],
  relu: [
    [f(4)],
    (x) => [ops.relu(x), ops.relu6(x), ops.relu(x, { negativeSlope: 0.1, threshold: 0.5 })],
  ],
  "relu of int32": [[whole], (x) => ops.relu(x)],
  clip: [[f(4)], (x) => [ops.clip(x, { xMin: -0.5 }), ops.clip(x, { xMax: 0.5 })]],
  "clip of int32": [[whole], (x) => ops.clip(x, { xMin: -2, xMax: 5 })],
  activations: [[f(4)], (x) => [
    ops.elu(x),
    ops.celu(x, { alpha: 2 }),
    ops.selu(x),
    ops.silu(x),
    ops.mish(x),
    ops.softplus(x),
    ops.softsign(x),
    ops.leakyRelu(x),
    ops.hardSigmoid(x),
    ops.hardSilu(x),
    ops.hardTanh(x),
    ops.hardShrink(x),
    ops.softShrink(x),
    ops.tanhShrink(x),
    ops.threshold(x),
    ops.squareplus(x),
    ops.logSigmoid(x),
    ops.sparsePlus(x),
    ops.glu(x),
    ops.sparsemax(x),
  ]],
  gelu: [[f(4)], (x) => [ops.gelu(x), ops.gelu(x, { approximate: false })]],
  softmaxCrossEntropy: [[f(4), i(0, 4)], (x, y) => ops.softmaxCrossEntropy(x, y)],
  oneHot: [[i(-1, 4)], (x) => ops.oneHot(x, 4)],
  quantile: [[f(5)], (x) => ops.quantile(x, [0.2, 0.5], { axis: 1 })],
  einsum: [[f(3, 4), f(4, 5)], (x, y) => ops.einsum("bij,bjk->bki", x, y)],
  norm: [[f(5)], (x) => ops.norm(x, { axis: -1 })],
  "conv with bias and activation": [
    [f(6, 5, 2)],
    (x) =>
      ops.conv(x, drawn(3, 2, 2, 4), {
        strides: 2,
        padding: "same",
        bias: drawn(4),
        activation: "relu",
      }),
  ],
  "conv dilated": [[f(9, 2)], (x) => ops.conv(x, drawn(3, 2, 4), { dilationRate: 2 })],
  "conv causal": [[f(9, 2)], (x) => ops.conv(x, drawn(3, 2, 4), { padding: "causal" })],
  "conv of volumes": [[f(4, 5, 4, 2)], (x) => ops.conv(x, drawn(2, 3, 2, 2, 3))],
  "conv in groups": [[f(6, 5, 4)], (x) => ops.conv(x, drawn(3, 3, 2, 6))],
  "conv, channels first": [
    [f(4, 6, 5)],
    (x) => ops.conv(x, drawn(3, 3, 4, 2), { dataFormat: "channelsFirst" }),
  ],
  depthwiseConv: [[f(6, 5, 2)], (x) => ops.depthwiseConv(x, drawn(3, 3, 2, 2))],
  separableConv: [[f(6, 5, 2)], (x) => ops.separableConv(x, drawn(3, 3, 2, 2), drawn(1, 1, 4, 3))],
  "convTranspose, valid": [
    [f(4, 3, 2)],
    (x) => ops.convTranspose(x, drawn(2, 2, 5, 2), { strides: 3 }),
  ],
  "convTranspose of sequences": [
    [f(4, 2)],
    (x) => ops.convTranspose(x, drawn(3, 5, 2), { dilationRate: 2 }),
  ],
  maxPool: [[f(6, 5, 2)], (x) => ops.maxPool(x, { poolSize: 2 })],
  "maxPool, same": [
    [f(7, 5, 2)],
    (x) => ops.maxPool(x, { poolSize: 3, strides: 2, padding: "same" }),
  ],
  "maxPool of int32": [[i(-9, 9, 6, 2)], (x) => ops.maxPool(x, { poolSize: 2 })],
  averagePool: [[f(6, 5, 2)], (x) => ops.averagePool(x, { poolSize: [2, 3] })],
  "averagePool, same": [
    [f(7, 5, 2)],
    (x) => ops.averagePool(x, { poolSize: 3, strides: 2, padding: "same" }),
  ],
  batchNormalization: [
    [f(4, 3, 2)],
    (x) =>
      ops.batchNormalization(x, drawn(2), ops.exp(drawn(2)), { scale: drawn(2), offset: drawn(2) }),
  ],
  "batchNormalization of rows": [
    [f(4)],
    (x) => ops.batchNormalization(x, drawn(4), ops.exp(drawn(4))),
  ],
  "batchNormalization, inner axis": [
    [f(4, 3, 2)],
    (x) => ops.batchNormalization(x, drawn(3), ops.exp(drawn(3)), { axis: 2 }),
  ],
  batchNormalizationTraining: [[f(4, 2)], (x) => ops.batchNormalizationTraining(x)],
  layerNormalization: [
    [f(4, 6)],
    (x) => ops.layerNormalization(x, { gamma: drawn(6), beta: drawn(6), epsilon: 1e-3 }),
  ],
  "layerNormalization of two axes": [[f(4, 6)], (x) => ops.layerNormalization(x, { axis: [1, 2] })],
  "layerNormalization of an inner axis": [[f(4, 6)], (x) => ops.layerNormalization(x, { axis: 1 })],
  groupNormalization: [
    [f(4, 3, 6)],
    (x) => ops.groupNormalization(x, { groups: 3, scale: drawn(6), offset: drawn(6) }),
  ],
  "groupNormalization of rows": [[f(6)], (x) => ops.groupNormalization(x, { groups: 2 })],
  "resize, nearest": [[f(7, 5, 2)], (x) => resized(x, "nearest")],
  "resize, bilinear": [[f(7, 5, 2)], (x) => resized(x, "bilinear")],
  "resize, bicubic": [[f(7, 5, 2)], (x) => resized(x, "bicubic")],
  "resize, lanczos3": [[f(7, 5, 2)], (x) => resized(x, "lanczos3")],
  "resize, antialiased": [[f(7, 5, 2)], (x) => resized(x, "bilinear", true)],
  upsample: [[f(3, 4, 2)], (x) => ops.image.upsample(x, { factors: [2, 3] })],
  rmsNormalization: [[f(4, 6)], (x) => ops.rmsNormalization(x, { scale: drawn(6) })],
};

/** Smaller on one axis, larger on the other. */
function resized(
  x: Tensor,
  interpolation: "nearest" | "bilinear" | "bicubic" | "lanczos3",
  antialias = false,
): Tensor[] {
  const sizes = [[3, 9], [14, 2]] as const;
  return sizes.map((size) => ops.image.resize(x, { size, interpolation, antialias }));
}

function added(values: Tensor, places: Tensor): Tensor {
  return apply("scatterAddAlongAxis", [values, places], { axis: 1, size: 5 });
}

const reached = new Set<string>();

for (const [name, [kinds, run]] of Object.entries(CASES)) {
  Deno.test(`${name} computes the same in ONNX`, async () => {
    const layer = computation(kinds, (inputs) => run(...inputs));
    for (const { operation } of traceModel(layer).order) reached.add(operation);
    await assertParity(layer, kinds);
  });
}

Deno.test("every primitive that can be written in ONNX was compared", () => {
  const writable = Object.entries(primitiveRules).flatMap(([name, { lower, compose }]) =>
    lower ?? compose ? [name] : []
  );
  assertEquals(writable.filter((name) => isPrimitive(name) && !reached.has(name)), []);
});
