/**
 * Where the contract suite runs kernels: samples go onto a backend, results come back, and two
 * results are compared within a tolerance.
 *
 * @module
 */

import type { Backend, Kernel, Operand } from "../../core/backend.ts";
import { bytesPerElement, type DType, isFloating } from "../../core/dtype.ts";
import { inference, type Primitive } from "../../core/primitives.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import { Storage } from "../../core/storage.ts";
import { assertEquals } from "./assertions.ts";
import type { Sample } from "./samples.ts";

/** Takes one check of the suite: what it says of the backend, and how that is found out. */
export type Register = (says: string, check: () => void | Promise<void>) => void;

/** One call of a primitive. */
export interface Case<Attributes = unknown> {
  readonly inputs: readonly Sample[];
  readonly attributes: Attributes;
  /** Too large for the definitions, which are slow: only for comparing backends. */
  readonly large?: boolean;
}

/** The shape and dtype that inference gives to a primitive's result. */
export function resultOf(
  primitive: Primitive,
  { inputs, attributes }: Case,
): Omit<Sample, "values"> {
  const metas = inputs.map(({ shape, dtype }) => ({ dims: shape, dtype }));
  const { dims, dtype } = inference[primitive](metas, attributes as never);
  return { shape: dims as Shape, dtype };
}

/**
 * Puts bytes into fresh memory that no kernel would leave there, so that one that reads them shows.
 */
function spoil(backend: Backend, storage: Storage): void {
  backend.write(storage, new Uint8Array(storage.byteLength).fill(0xa5));
}

/** Reserves memory that the backend's ledger counts. */
export function reserve(backend: Backend, byteLength: number, origin = "contract"): Storage {
  return new Storage(backend, backend.allocate(byteLength), byteLength, origin);
}

/** A backend under test, with the reference kernels to fall back on. */
export class Stage {
  constructor(readonly backend: Backend, readonly fallback: Backend) {}

  /** The backend's own kernel for these operands. */
  ownKernel(
    primitive: Primitive,
    inputs: readonly Pick<Operand, "shape" | "dtype">[],
    attributes: unknown,
  ): Kernel | undefined {
    const kernel = this.backend.kernels.get(primitive);
    const operands = inputs.map((x) => ({ ...x, size: sizeOf(x.shape) }) as Operand);
    return kernel?.accepts?.(operands, attributes) === false ? undefined : kernel;
  }

  /** Copies a sample onto the backend. */
  put({ shape, dtype, values }: Sample): Operand {
    const storage = reserve(this.backend, values.byteLength);
    this.backend.write(storage, values);
    return { shape, dtype, size: values.length, storage };
  }

  /** Copies values back. */
  async get({ shape, dtype, size, storage }: Operand): Promise<Sample> {
    return { shape, dtype, values: await this.backend.read(storage, dtype, size) };
  }

  /**
   * Runs a primitive; checks that the inputs are left as they were. With `donated`, the result
   * takes the place of that input.
   */
  async run(primitive: Primitive, call: Case, donated = -1): Promise<Sample> {
    const { shape, dtype } = resultOf(primitive, call);
    const size = sizeOf(shape);
    const inputs = call.inputs.map((input) => this.put(input));
    const storage = inputs[donated]?.storage.retain() ??
      reserve(this.backend, size * bytesPerElement(dtype));
    if (donated < 0) spoil(this.backend, storage);
    const output = { shape, dtype, size, storage };
    try {
      const kernel = this.ownKernel(primitive, inputs, call.attributes) ??
        this.fallback.kernels.get(primitive)!;
      kernel.run(inputs, [output], call.attributes);
      for (const [i, input] of inputs.entries()) {
        if (i === donated) continue;
        assertEquals((await this.get(input)).values, call.inputs[i].values, "an input, changed,");
      }
      return await this.get(output);
    } finally {
      for (const operand of [...inputs, output]) operand.storage.release();
    }
  }
}

/**
 * How far a result may be from the expected one. `same`: the same bits, NaN apart. `ulps`: so many
 * representable numbers away, 0 and −0 being one. `epsilons`: so many units of rounding of the sum
 * of the magnitudes that were added up.
 */
export type Tolerance = "same" | { readonly ulps: number } | {
  readonly epsilons: number;
  readonly magnitude: Sample;
};

/** Place of a float in the order of all floats of its dtype: neighbours differ by 1. */
function ordinal(value: number, dtype: DType): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  if (dtype === "float32") bits.setFloat32(4, Math.abs(value));
  else bits.setFloat64(0, Math.abs(value));
  return value < 0 ? -bits.getBigInt64(0) : bits.getBigInt64(0);
}

/** How many representable numbers lie between two. */
function ulpsBetween(a: number, b: number, dtype: DType): number {
  return Math.abs(Number(ordinal(a, dtype) - ordinal(b, dtype)));
}

function isNear(
  actual: number,
  expected: number,
  i: number,
  dtype: DType,
  tolerance: Tolerance,
): boolean {
  if (Object.is(actual, expected)) return true;
  if (tolerance === "same") return false;
  if (actual === expected) return true;
  if (!isFloating(dtype) || Number.isNaN(actual) || Number.isNaN(expected)) return false;
  if ("ulps" in tolerance) return ulpsBetween(actual, expected, dtype) <= tolerance.ulps;
  if (!Number.isFinite(expected)) return false;
  const epsilon = dtype === "float32" ? 2 ** -23 : 2 ** -52;
  return Math.abs(actual - expected) <=
    tolerance.epsilons * epsilon * tolerance.magnitude.values[i];
}

/** Says where and how two results differ first; `null` when they agree. */
export function differenceOf(
  actual: Sample,
  expected: Sample,
  tolerance: Tolerance,
): string | null {
  if (actual.values.length !== expected.values.length) {
    return `${actual.values.length} values instead of ${expected.values.length}`;
  }
  for (let i = 0; i < expected.values.length; i++) {
    const [a, e] = [actual.values[i], expected.values[i]];
    if (!isNear(a, e, i, expected.dtype, tolerance)) {
      return `element ${i} is ${shown(a)} instead of ${shown(e)}`;
    }
  }
  return null;
}

function shown(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A call as a failed test shows it. */
export function describeCall(primitive: Primitive, { inputs, attributes }: Case): string {
  const operands = inputs.map(({ dtype, shape, values }) => {
    const few = values.length <= 8 ? ` {${Array.from(values, shown).join(", ")}}` : "";
    return `${dtype}[${shape}]${few}`;
  });
  return `${primitive}(${operands.join(", ")}) ${JSON.stringify(attributes)}`;
}
