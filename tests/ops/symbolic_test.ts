/** What is inferred of a symbolic tensor is what comes out at run time, unknown first axes included. */

import { assert, assertEquals } from "@std/assert";
import { symbolicInput } from "../../core/layer.ts";
import type { Dims, Tensor } from "../../mod.ts";
import { type OpCase, readGolden } from "../golden/read_golden.ts";
import { call, expectedOf, fromGolden } from "./_calls.ts";

/** Ops whose result depends on values, so that nothing can be inferred. */
const BY_VALUE = ["bincount", "nonzero", "quantile", "percentile"];

const cases = readGolden("ops").filter(({ op, inputs }) =>
  inputs.length > 0 && !BY_VALUE.includes(op)
);

/** Inputs as symbolic tensors; those with the first axis of the first one share its fate. */
function symbolic({ inputs }: OpCase, first: number | null): Tensor[] {
  const [leading] = inputs;
  return inputs.map((input) => {
    const { shape, dtype } = input;
    const isBatch = shape.length === leading.shape.length && shape[0] === leading.shape[0];
    if (isBatch) return symbolicInput(shape.length === 0 ? [] : [first, ...shape.slice(1)], dtype);
    return fromGolden(input);
  });
}

for (const golden of cases) {
  Deno.test(`ops.${golden.name} infers the shape and dtype that come out`, () => {
    const outputs = call(golden, symbolic(golden, golden.inputs[0].shape[0]));
    expectedOf(golden).forEach(({ shape, dtype }, i) => {
      assertEquals([outputs[i].dims, outputs[i].dtype], [shape, dtype]);
    });
  });
}

/** Whether every dimension is the one that comes out, or unknown. */
function admits(inferred: Dims, actual: readonly number[]): boolean {
  return inferred.length === actual.length &&
    inferred.every((d, i) => d === null || d === actual[i]);
}

for (const golden of cases.filter(({ inputs }) => inputs[0].shape.length > 0)) {
  Deno.test(`ops.${golden.name} infers a shape when the first axis is unknown`, () => {
    const outputs = call(golden, symbolic(golden, null));
    expectedOf(golden).forEach(({ shape }, i) => {
      const { dims } = outputs[i];
      assert(admits(dims, shape), `inferred [${dims.map(String)}], came out [${shape}]`);
    });
  });
}
