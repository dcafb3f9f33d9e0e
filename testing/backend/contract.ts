/**
 * One suite for every backend: all primitives, in all dtypes, on shapes and values that have gone
 * wrong before, and the memory behind them.
 *
 * @module
 */

import type { Backend } from "../../core/backend.ts";
import { isFloating } from "../../core/dtype.ts";
import type { CodedError } from "../../core/errors.ts";
import { inference, type Primitive } from "../../core/primitives.ts";
import { sameShape } from "../../core/shape.ts";
import { ReferenceBackend } from "../../plugins/backends/reference/backend.ts";
import { assertEquals, rangeErrorOf } from "./assertions.ts";
import { cases } from "./cases.ts";
import { byDefinition } from "./definitions.ts";
import { Dice } from "./dice.ts";
import { callOf, facts, resultOfFact } from "./facts.ts";
import { memoryContract } from "./memory.ts";
import { type RandomCase, randomCases } from "./random.ts";
import { type Sample, sample } from "./samples.ts";
import {
  type Case,
  describeCall,
  differenceOf,
  type Register,
  resultOf,
  Stage,
  type Tolerance,
} from "./stage.ts";

/** What a backend is held to beside the contract. */
export interface ContractOptions {
  /** Primitives that may run on the reference kernel in float32. @default none */
  mayFallBack?: readonly string[];
}

const PRIMITIVES = Object.keys(inference) as Primitive[];

/** Whose results are the very bits that came in, or of which the sign of zero matters. */
const SAME: ReadonlySet<Primitive> = new Set<Primitive>([
  ...["negative", "abs", "multiply", "divide", "where", "random"] as const,
  ...["reshape", "transpose", "broadcastTo", "slice", "pad", "concatenate", "flip"] as const,
  ...["take", "takeAlongAxis", "scatterUpdate"] as const,
]);

/** Which add up many numbers, in an order of the backend's choice. */
const SUMS: ReadonlySet<Primitive> = new Set<Primitive>([
  ...["sum", "mean", "cumsum", "matmul", "scatterAdd", "scatterAddAlongAxis"] as const,
  ...["conv", "convInputGradient", "convKernelGradient"] as const,
]);

/** How many representable numbers a result may be off; the others are exact. */
const ULPS: { readonly [P in Primitive]?: number } = {
  rsqrt: 2,
  exp: 3,
  exp2: 3,
  expm1: 3,
  log: 3,
  log2: 3,
  log10: 3,
  log1p: 3,
  sin: 3,
  cos: 3,
  tan: 4,
  arcsin: 4,
  arccos: 4,
  arctan: 3,
  arctan2: 4,
  sinh: 4,
  cosh: 4,
  tanh: 4,
  arcsinh: 4,
  arccosh: 4,
  arctanh: 4,
  erf: 5,
  erfc: 8,
  erfinv: 8,
  sigmoid: 4,
  power: 4,
  prod: 64,
};

/** The table of primitives lists these first. */
const ELEMENTWISE = PRIMITIVES.slice(0, PRIMITIVES.indexOf("where") + 1);

type CallWith = (indices: Sample) => Case;

/** Calls that index an axis of five entries by three indices. */
const indexings: { readonly [P in Primitive]?: CallWith } = {
  take: (indices) => ({ inputs: [ones(5), indices], attributes: { axis: 0 } }),
  takeAlongAxis: (indices) => ({ inputs: [ones(5), indices], attributes: { axis: 0 } }),
  scatterAdd: (indices) => ({ inputs: [ones(3), indices], attributes: { axis: 0, size: 5 } }),
  scatterAddAlongAxis: (indices) => ({
    inputs: [ones(3), indices],
    attributes: { axis: 0, size: 5 },
  }),
  scatterUpdate: (indices) => ({ inputs: [ones(5), indices, ones(3)], attributes: {} }),
};

function ones(length: number): Sample {
  return sample("float32", Array(length).fill(1));
}

/**
 * Registers the suite's checks of a backend, to be run in order. The reference backend is checked against
 * definitions of its own; any other against the reference. The last check disposes of the backend.
 */
export function backendContract(
  test: Register,
  backend: Backend,
  options: ContractOptions = {},
): void {
  const reference = new ReferenceBackend();
  const stage = new Stage(backend, reference);
  const isReference = backend instanceof ReferenceBackend;
  const referenceStage = new Stage(reference, reference);

  const expected = (primitive: Primitive, call: Case): Promise<Sample> =>
    isReference
      ? Promise.resolve(byDefinition(primitive, call as never))
      : referenceStage.run(primitive, call);

  async function check(
    primitive: Primitive,
    call: Case,
    result: Sample,
    donated?: number,
  ): Promise<void> {
    const actual = await stage.run(primitive, call, donated);
    const difference = differenceOf(actual, result, await toleranceOf(primitive, call, expected));
    if (difference === null) return;
    const place = donated === undefined ? "" : `, in place of input ${donated}`;
    throw new Error(`${describeCall(primitive, call)}${place}: ${difference}`);
  }

  for (const primitive of PRIMITIVES) {
    const standard = isReference ? "is what its definition says" : "agrees with the reference";
    test(`${primitive}() ${standard}`, async () => {
      for (const call of cases[primitive]() as Case[]) {
        if (isReference && call.large) continue;
        await check(primitive, call, await expected(primitive, call));
      }
    });
  }

  for (const fact of facts) {
    test(`${fact.primitive}() ${fact.says} (${fact.dtypes.join(", ")})`, async () => {
      for (const dtype of fact.dtypes) {
        const call = callOf(fact, dtype);
        const { shape, dtype: resultType } = resultOf(fact.primitive, call);
        const result = resultOfFact(fact, resultType);
        assertEquals(shape, result.shape);
        await check(fact.primitive, call, result);
      }
    });
  }

  for (const [primitive, caseFor] of Object.entries(randomCases) as [Primitive, RandomCase][]) {
    test(`${primitive}() is what its definition says on random shapes`, async () => {
      for (let seed = 0; seed < 60; seed++) {
        const call = caseFor(new Dice(seed));
        await check(primitive, call, byDefinition(primitive, call as never));
      }
    });
  }

  test("elementwise kernels may write over an input", async () => {
    for (const primitive of ELEMENTWISE) {
      for (const call of cases[primitive]() as Case[]) {
        const result = resultOf(primitive, call);
        if (call.large) continue;
        for (const [i, { shape, dtype }] of call.inputs.entries()) {
          if (dtype !== result.dtype || !sameShape(shape, result.shape)) continue;
          await check(primitive, call, await referenceStage.run(primitive, call), i);
        }
      }
    }
  });

  test("large kernels give the same bits every time", async () => {
    for (const primitive of ["sum", "mean", "matmul", "exp", "add"] as const) {
      for (const call of (cases[primitive]() as Case[]).filter(({ large }) => large)) {
        const first = await stage.run(primitive, call);
        assertEquals(differenceOf(await stage.run(primitive, call), first, "same"), null);
      }
    }
  });

  for (const [primitive, callWith] of Object.entries(indexings) as [Primitive, CallWith][]) {
    test(`${primitive}() throws where an index is out of range`, async () => {
      for (const [index, position] of [[5, 2], [-6, 0]]) {
        const call = callWith(sample("int32", [0, 4, -5].with(position, index)));
        const place = `axis 0 as index ${index} at position ${position} is out of range`;
        const error = await rangeErrorOf(
          () => stage.run(primitive, call),
          `${place}: the axis has 5 entries`,
        );
        assertEquals((error as RangeError & CodedError).code, "index.range");
      }
    });
  }

  test("falls back to the reference in float32 only where it may", () => {
    const allowed = new Set<string>(options.mayFallBack).add("reshape"); // shares memory
    const fallen = PRIMITIVES.filter((primitive) =>
      !allowed.has(primitive) &&
      (cases[primitive]() as Case[]).some((call) =>
        isFloat32(primitive, call) &&
        stage.ownKernel(primitive, call.inputs, call.attributes) === undefined
      )
    );
    assertEquals(fallen.join(", "), "", "what falls back");
  });

  memoryContract(test, backend);

  test("nothing is left alive by the suite", () => {
    assertEquals(backend.memory().bytes, 0);
    assertEquals(backend.memory().storages, 0);
    assertEquals(backend.memory().origins.length, 0);
    backend.dispose();
  });
}

/**
 * Sums are judged by the magnitudes that went into them, as cancellation can leave any relative
 * error.
 */
async function toleranceOf(
  primitive: Primitive,
  call: Case,
  expected: (primitive: Primitive, call: Case) => Promise<Sample>,
): Promise<Tolerance> {
  if (SAME.has(primitive)) return "same";
  if (!SUMS.has(primitive)) return { ulps: ULPS[primitive] ?? 0 };
  const inputs = call.inputs.map((x) =>
    isFloating(x.dtype) ? { ...x, values: x.values.map(Math.abs) } : x
  );
  return { epsilons: 8, magnitude: await expected(primitive, { ...call, inputs }) };
}

/** Says whether a call works on float32, or makes it. */
function isFloat32(primitive: Primitive, call: Case): boolean {
  const types = [...call.inputs, resultOf(primitive, call)].map(({ dtype }) => dtype);
  return types.includes("float32") && !types.includes("float64");
}
