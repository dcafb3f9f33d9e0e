/**
 * What is traced on symbolic tensors is what comes out at run time: shapes and dtypes are those inferred, and a graph
 * traced with an unknown first axis, run on values, gives the values.
 */

import { assert, assertEquals } from "@std/assert";
import { symbolicInput } from "../../core/layer.ts";
import type { Dims, Tensor } from "../../mod.ts";
import { assertGolden, type OpCase, readGolden } from "../golden/read_golden.ts";
import { call, expectedOf, fromGolden } from "./_calls.ts";
import { replay } from "./_replay.ts";

/** Ops whose result depends on values, so that nothing can be traced. */
const BY_VALUE = ["bincount", "nonzero", "quantile", "percentile"];

/** Ops of which some cases cannot do without the first axis. */
const NEED_FIRST_AXIS = [
  ...["arraySplit", "cross", "cumprod", "diag", "diagflat", "diagonal", "diff", "glu", "median"],
  ...["meshgrid", "pad", "repeat", "roll", "scatterUpdate", "sliceUpdate", "split", "trace"],
  ...["trapezoid", "tril", "triu", "unstack", "vander", "vsplit"],
  "einsum", // of a diagonal
];

const cases = [...readGolden("ops"), ...readGolden("convolutions")].filter(({ op, inputs }) =>
  inputs.length > 0 && !BY_VALUE.includes(op)
);

/** Inputs as symbolic tensors, those with the first axis of the first one sharing its fate; the rest as they are. */
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

function traceWithoutBatch(golden: OpCase, inputs: Tensor[]): Tensor[] | null {
  try {
    return call(golden, inputs);
  } catch (error) {
    const isClear = error instanceof RangeError && error.message.includes("must be known");
    if (isClear && NEED_FIRST_AXIS.includes(golden.op)) return null;
    throw error;
  }
}

/** An unknown axis of size 1 is no broadcast axis, and `squeeze` leaves it. */
const hasBatch = ({ inputs }: OpCase): boolean =>
  inputs[0].shape.length > 0 && inputs[0].shape[0] !== 1;

for (const golden of cases.filter(hasBatch)) {
  Deno.test(`ops.${golden.name} is traced when the first axis is unknown`, () => {
    const inputs = symbolic(golden, null);
    const outputs = traceWithoutBatch(golden, inputs);
    const values = new Map(inputs.map((input, i) => [input, fromGolden(golden.inputs[i])]));
    outputs?.forEach((output, i) => {
      const { shape, dtype, data } = expectedOf(golden)[i];
      assert(admits(output.dims, shape), `inferred [${output.dims.map(String)}] for [${shape}]`);
      assertEquals(output.dtype, dtype);
      const result = replay(output, values);
      assertEquals(result.shape, shape);
      if (golden.op !== "sparsemax") {
        assertGolden(golden.name, result.dataSync(), data, { rtol: 1e-6 });
      }
    });
  });
}
