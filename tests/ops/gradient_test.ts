/**
 * Gradients against five-point differences, in float64 at rtol 1e-6: of every differentiable op, and of its gradient
 * again. An op that is exported and neither checked nor named below is told.
 */

import { assertEquals } from "@std/assert";
import { activationGradient } from "../../core/ops/activation_gradient.ts";
import { FUSED_ACTIVATIONS } from "../../core/ops/epilogue.ts";
import { sumToShape } from "../../core/ops/movement.ts";
import { productOfOthers } from "../../core/ops/reduction.ts";
import { gradCheck, ops, type Tensor, tensor, valueAndGrad } from "../../mod.ts";
import { type OpCase, readGolden } from "../golden/read_golden.ts";
import { call, fromGolden } from "./_calls.ts";

/** A function of float tensors, and the values to check it at. */
interface Check {
  name: string;
  run: (...inputs: Tensor[]) => Tensor;
  inputs: Tensor[];
}

const floats = (values: number[], shape = [values.length]): Tensor =>
  tensor(values, { shape, dtype: "float64" });

/** All float results as one vector. */
function asVector(outputs: Tensor[]): Tensor {
  return ops.concatenate(
    outputs.filter(({ dtype }) => dtype === "float64").map((output) => ops.ravel(output)),
  );
}

/** Random values, where finite differences hold; other cases are made of limits and kinks. */
function isOrdinary({ name, inputs, gradients }: OpCase): boolean {
  return gradients !== undefined && !/values|ties/.test(name) &&
    inputs.every(({ data }) => data.length > 0);
}

function checkOf(golden: OpCase): Check {
  const given = golden.inputs.map(fromGolden);
  const places = golden.gradients!.flatMap((gradient, i) => gradient === null ? [] : [i]);
  const run = (...free: Tensor[]): Tensor =>
    asVector(
      call(golden, given.map((input, i) => places.includes(i) ? free[places.indexOf(i)] : input)),
    );
  return { name: golden.name, run, inputs: places.map((i) => given[i]) };
}

const cases = [...readGolden("ops"), ...readGolden("convolutions")].filter(isOrdinary);

const row = floats([0.3, -1.2, 0.8, 0.1, -0.7, 1.9], [2, 3]);
const kernel = floats([0.5, -0.4, 0.2, 0.9, -1.1, 0.6], [3, 2]);
const bias = floats([0.1, -0.2]);
const labels = tensor([2, 0], { dtype: "int32" });

/** Differentiable ops that the golden file has no gradients of. */
const FURTHER: Record<string, Check["run"][]> = {
  activationGradient: FUSED_ACTIVATIONS.map((activation) => (x) =>
    activationGradient(ops.sigmoid(x), ops.exp(x), activation)
  ),
  batchNormalizationTraining: [
    (x) => asVector(ops.batchNormalizationTraining(x, { axis: 0, epsilon: 0.1 })),
    (x) => ops.batchNormalizationTraining(x)[0],
    (x) => ops.batchNormalizationTraining(x)[2],
    (x) => {
      const [y, mean] = ops.batchNormalizationTraining(x, { scale: x.get(0), offset: x.get(1) });
      return ops.add(y, mean);
    },
    (x) => ops.batchNormalizationTraining(x.reshape([1, 3, 2, 1]), { axis: 2 })[0],
  ],
  cast: [(x) => ops.cast(x, "float64")],
  dropout: [
    (x) => ops.dropout(x, 0.4, { seed: 3 }),
    (x) => ops.dropout(x, 0.4, { seed: 3, noiseShape: [null, 1] }),
  ],
  copy: [(x) => ops.copy(x)],
  fmax: [(x) => ops.fmax(x, 0)],
  fmin: [(x) => ops.fmin(0, x)],
  fmod: [(x) => ops.fmod(x, 0.45)],
  getItem: [
    (x) => x.get(1),
    (x) => x.get("...", [null, null, -2]),
    (x) => x.get(":", tensor([0, 0, 2], { dtype: "int32" })),
  ],
  groupNormalization: [
    (x) => ops.groupNormalization(x, { groups: 1 }),
    (x) => ops.groupNormalization(x.reshape([1, 2, 3]), { groups: 2, axis: 1 }),
    (x) =>
      ops.groupNormalization(x.reshape([1, 6]), {
        groups: 2,
        scale: ops.exp(ops.ravel(x)),
        offset: ops.ravel(x),
      }),
  ],
  heaviside: [(x) => ops.heaviside([0, 1, -1], x)],
  ldexp: [(x) => ops.ldexp(x, 3)],
  linear: FUSED_ACTIVATIONS.flatMap((activation) => [
    (x) => ops.linear(x, kernel, { bias, activation }),
    (x) => ops.linear(x.reshape([1, 2, 3]), kernel, { activation }),
    (x) => ops.linear(row, x.reshape([3, 2]), { bias, activation }),
    (x) => ops.linear(row, kernel, { bias: x.get(0, [0, 2]), activation }),
  ]),
  nanToNum: [(x) => ops.nanToNum(x)],
  nancumprod: [(x) => ops.nancumprod(x, { axis: 1 })],
  nancumsum: [(x) => ops.nancumsum(x, { axis: 0 })],
  nanmax: [(x) => ops.nanmax(x, { axis: 1 })],
  nanmean: [(x) => ops.nanmean(x)],
  nanmin: [(x) => ops.nanmin(x)],
  nanprod: [(x) => ops.nanprod(x, { axis: 0 })],
  nanstd: [(x) => ops.nanstd(x)],
  nansum: [(x) => ops.nansum(x, { axis: 1 })],
  nanvar: [(x) => ops.nanvar(x, { axis: 1 })],
  percentile: [(x) => ops.percentile(x, [10, 65], { axis: 1 })],
  productOfOthers: [(x) => productOfOthers(x, 1)],
  quantile: [
    (x) => ops.quantile(x, 0.3),
    (x) => ops.quantile(x, [0, 0.5, 1], { axis: 0, method: "midpoint" }),
  ],
  relu: [(x) => ops.relu(x, { negativeSlope: 0.3, maxValue: 1.5, threshold: 0.2 })],
  select: [(x) => ops.select([ops.greater(x, 0)], [ops.exp(x)], { default: ops.sin(x) })],
  softmaxCrossEntropy: [(x) => ops.softmaxCrossEntropy(x, labels)],
  sumToShape: [(x) => sumToShape(x, [1, 3]), (x) => sumToShape(x, [])],
  upsample: [(x) => ops.image.upsample(x.reshape([1, 3, 2]), { factors: 2 })],
  vander: [(x) => ops.vander(ops.ravel(x), { n: 3 })],
};

const further = Object.entries(FURTHER).flatMap(([op, runs]) =>
  runs.map((run, i): Check => ({ name: `${op} (${i + 1} of ${runs.length})`, run, inputs: [row] }))
);

for (const { name, run, inputs } of [...cases.map(checkOf), ...further]) {
  Deno.test(`ops.${name} has the gradient that differences give`, () => {
    gradCheck(run, inputs);
  });
}

/** The gradients of a function, weighted so that no symmetry hides a mistake, as one vector. */
function gradientsOf(run: Check["run"]): Check["run"] {
  const weighted = (...inputs: Tensor[]): Tensor => {
    const result = run(...inputs);
    const weights = floats(Array.from({ length: result.size }, (_, i) => 1 + (i * 0.37) % 1));
    return result.mul(weights.reshape(result.shape)).sum();
  };
  const gradients = valueAndGrad(weighted, { createGraph: true });
  return (...inputs) => asVector(gradients(...inputs)[1]);
}

const firstOfEach = [...new Map(cases.toReversed().map((golden) => [golden.op, golden])).values()];

for (const { name, run, inputs } of [...firstOfEach.map(checkOf), ...further]) {
  Deno.test(`ops.${name} has the second derivative that differences give`, () => {
    gradCheck(gradientsOf(run), inputs);
  });
}

const origin = floats([0, 0, 0]);

/** Functions that are smooth where the pieces that they are computed by meet. */
const SMOOTH_AT_ZERO: Record<string, Check["run"]> = {
  softplus: ops.softplus,
  logSigmoid: ops.logSigmoid,
  elu: (x) => ops.elu(x),
  celu: (x) => ops.celu(x, { alpha: 0.7 }),
  silu: ops.silu,
  gelu: (x) => ops.gelu(x),
  mish: ops.mish,
  softsign: ops.softsign,
  squareplus: (x) => ops.squareplus(x),
  sinc: ops.sinc,
  logaddexp: (x) => ops.logaddexp(x, 0),
  hypot: (x) => ops.hypot(ops.add(x, 1), 1),
  binaryCrossentropy: (x) => ops.binaryCrossentropy([1, 0, 0.3], x, { fromLogits: true }),
  prod: (x) => ops.prod(x),
  power: (x) => ops.power(x, 2),
};

for (const [op, run] of Object.entries(SMOOTH_AT_ZERO)) {
  Deno.test(`ops.${op} has the right gradient at 0`, () => {
    gradCheck(run, [origin], { atol: 1e-3 }); // the second derivative of some has a step there
  });
}

Deno.test("gradients at kinks are the usual ones", () => {
  const slopeAt = (run: Check["run"], at: number): number => {
    const x = floats([at]).requiresGrad_();
    run(x).backward();
    return x.grad!.item();
  };
  assertEquals(slopeAt((x) => ops.relu(x), 0), 0);
  assertEquals(slopeAt(ops.relu6, 0), 0);
  assertEquals(slopeAt(ops.abs, 0), 0);
  assertEquals(slopeAt((x) => ops.leakyRelu(x), 0), 0.2);
  assertEquals(slopeAt((x) => ops.maximum(x, 0), 0), 0.5);
  for (const limit of [-1, 1]) {
    assertEquals(slopeAt((x) => ops.clip(x, { xMin: -1, xMax: 1 }), limit), 1);
  }
  assertEquals(slopeAt((x) => ops.clip(x, { xMin: -1 }), -2), 0);
  assertEquals(slopeAt((x) => ops.norm(x), 0), 0);
});

/** What has no gradient: results that are no floats, or made of no tensor. */
const WITHOUT: string[] = [
  ...["all", "allclose", "any", "isclose", "isfinite", "isin", "isinf", "isnan", "isneginf"],
  ...["isposinf", "signbit", "equal", "notEqual", "greater", "greaterEqual", "less", "lessEqual"],
  ...["logicalAnd", "logicalNot", "logicalOr", "logicalXor"],
  ...["bitwiseAnd", "bitwiseInvert", "bitwiseLeftShift", "bitwiseNot", "bitwiseOr"],
  ...["bitwiseRightShift", "bitwiseXor", "leftShift", "rightShift"],
  ...[
    "nanargmax",
    "nanargmin",
    "argpartition",
    "argmax",
    "argmin",
    "argsort",
    "bincount",
    "countNonzero",
    "digitize",
    "inTopK",
  ],
  ...["multiHot", "nonzero", "oneHot", "searchsorted", "unravelIndex"],
  ...[
    "geomspace",
    "arange",
    "empty",
    "emptyLike",
    "eye",
    "full",
    "fullLike",
    "identity",
    "linspace",
  ],
  ...["logspace", "ones", "onesLike", "tri", "zeros", "zerosLike"],
  ...["rand", "randLike", "randint", "randintLike", "randn", "randnLike"],
  ...["floorDivide", "stopGradient"],
];

/** What only passes a tensor on, or is a name of a checked op. */
const ALIASES: string[] = [
  "array",
  "convertToTensor",
  "ndim",
  "shape",
  "size",
  "tensor",
  "variance",
];

Deno.test("every op that is exported is checked, or is known to have no gradient", () => {
  const known = new Set([
    ...cases.map(({ op }) => op),
    ...Object.keys(FURTHER),
    ...WITHOUT,
    ...ALIASES,
  ]);
  const functions = Object.entries({ ...ops, ...ops.image }).filter(([, value]) =>
    typeof value === "function"
  );
  assertEquals(functions.map(([name]) => name).filter((name) => !known.has(name)), []);
});

for (const backend of ["reference", "wasm"]) {
  Deno.test(`ops.floorDivide has the gradient 0 on ${backend}`, () => {
    const x = row.to(backend).detach().requiresGrad_();
    ops.floorDivide(x, 0.7).sum().backward();
    assertEquals(x.grad!.toArray(), [[0, 0, 0], [0, 0, 0]]);
  });
}
