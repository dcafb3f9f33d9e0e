/**
 * Every op computes, forward and backward, what Keras and PyTorch compute: rtol 1e-12 in float64, the last digit in
 * float32. It does so where its inputs are, whichever backend is in use.
 */

import { assertEquals } from "@std/assert";
import { ops, registry, type Tensor } from "../../mod.ts";
import { assertGolden, type GoldenTensor, type OpCase, readGolden } from "../golden/read_golden.ts";
import { call, expectedOf, fromGolden } from "./_calls.ts";

/** PyTorch keeps constants of these gradients in float32, so its float64 has eight digits. */
const FLOAT32_IN_PYTORCH = ["hardSigmoid", "celu"];

/** Cases where Keras is not followed. */
const SKIPPED: Record<string, string> = {
  sparsemax: "Keras 3.15 adds up partial sums; the result does not sum to 1",
};

/** What the cases run on: host backends. */
const BACKENDS = registry.list("backend").map(({ name }) => name)
  .filter((name) => name === "reference" || name === "wasm");

function assertTensor(what: string, actual: Tensor, expected: GoldenTensor, rtol = 1e-12): void {
  assertEquals(actual.shape, expected.shape, `${what}: shape`);
  assertEquals(actual.dtype, expected.dtype, `${what}: dtype`);
  const tolerance = expected.dtype === "float32" ? { rtol: 2 ** -23 } : { rtol, atol: 1e-14 };
  assertGolden(what, actual.dataSync(), expected.data, tolerance);
}

function checkOutputs(golden: OpCase, backend: string): void {
  const outputs = call(golden, golden.inputs.map((input) => fromGolden(input).to(backend)));
  const expected = expectedOf(golden);
  assertEquals(outputs.length, expected.length);
  outputs.forEach((output, i) => assertTensor(`output ${i}`, output, expected[i]));
}

function checkGradients(golden: OpCase, gradients: (GoldenTensor | null)[], backend: string): void {
  const inputs = golden.inputs.map((input, i) =>
    fromGolden(input).to(backend).requiresGrad_(gradients[i] !== null)
  );
  const outputs = call(golden, inputs);
  const cotangents = golden.cotangents ?? [golden.cotangent!];
  const weighted = outputs.flatMap((output, i) => {
    const weights = cotangents[i];
    return weights === null ? [] : [ops.sum(output.mul(fromGolden(weights).to(backend)))];
  });
  weighted.reduce((total, part) => total.add(part)).backward();
  const rtol = FLOAT32_IN_PYTORCH.includes(golden.op) ? 1e-7 : undefined;
  gradients.forEach((expected, i) => {
    if (expected !== null) assertTensor(`gradient ${i}`, inputs[i].grad!, expected, rtol);
  });
}

for (const golden of [...readGolden("ops"), ...readGolden("convolutions")]) {
  const { op, name, gradients } = golden;
  const ignore = op in SKIPPED;
  for (const backend of BACKENDS) {
    Deno.test({
      name: `ops.${name} gives what Keras gives, on ${backend}`,
      ignore,
      fn: () => checkOutputs(golden, backend),
    });
    if (gradients === undefined) continue;
    Deno.test({
      name: `ops.${name} has the gradients that PyTorch has, on ${backend}`,
      ignore,
      fn: () => checkGradients(golden, gradients, backend),
    });
  }
}
