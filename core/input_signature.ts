/**
 * What a layer was built for: the shape, dtype and name of each input, nested as the inputs are.
 *
 * @module
 */

import { symbolicTensor } from "./dispatch.ts";
import { type DType, isDType } from "./dtype.ts";
import { rangeError } from "./errors.ts";
import { uniqueNames } from "./names.ts";
import { type Nested, nestEntries, nestLike, type NestOf } from "./nested.ts";
import type { Dim, Dims } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { TraceNode } from "./trace.ts";

/** One input of a layer. */
export interface InputSpec {
  /** What exports call it. */
  readonly name: string;
  /** The size of each axis, the batch first; `null` where any size will do. */
  readonly dims: Dims;
  /** Of its values. */
  readonly dtype: DType;
}

/** The inputs of a layer, nested as they are given to it. */
export type InputSignature = NestOf<InputSpec>;

/** What a single input is called where nobody named it. */
export const INPUT_NAME = "input";

function isSpec(value: unknown): value is InputSpec {
  return typeof value === "object" && value !== null && "dims" in value &&
    Array.isArray(value.dims);
}

/** The inputs in order. */
export function specsOf(signature: InputSignature): InputSpec[] {
  return nestEntries<InputSpec>(signature, isSpec).map(([, spec]) => spec);
}

/** The signature of inputs as they were given, for any size of the batch. */
export function signatureOf(inputs: Nested): InputSignature {
  const entries = nestEntries<Tensor>(inputs);
  const names = uniqueNames(
    entries.map(([key, { source }]) =>
      typeof key === "string" ? key : source?.operation === "input" ? inputName(source) : INPUT_NAME
    ),
  );
  const specs = entries.map(([, { dims, dtype }], i): InputSpec => ({
    name: names[i],
    dims: dims.length === 0 ? dims : [null, ...dims.slice(1)],
    dtype,
  }));
  return nestLike(inputs, specs);
}

function inputName({ attributes }: TraceNode): string {
  return (attributes as { name: string }).name;
}

/** Symbolic tensors for the inputs of a signature, with a batch of that size where the signature leaves it open. */
export function symbolicInputs(signature: InputSignature, batch: Dim = null): Nested {
  const inputs = specsOf(signature).map(({ name, dims, dtype }) =>
    symbolicInput(dims.map((d, axis) => axis === 0 ? d ?? batch : d), dtype, name)
  );
  return nestLike(signature, inputs, isSpec);
}

/** A symbolic tensor that stands for an input. */
export function symbolicInput(dims: Dims, dtype: DType, name = INPUT_NAME): Tensor {
  const node = new TraceNode("input", [], { name }, null);
  const input = symbolicTensor(dims, dtype, node);
  node.outputs = [input];
  return input;
}

/**
 * A signature from JSON.
 *
 * @throws {RangeError} When it is none.
 */
export function checkedSignature(value: unknown): InputSignature {
  const isWhole = (d: unknown): boolean => d === null || (Number.isInteger(d) && Number(d) >= 0);
  const fits = (spec: unknown): boolean =>
    isSpec(spec) && spec.dims.every(isWhole) && isDType(spec.dtype) &&
    typeof spec.name === "string";
  const isNest = typeof value === "object" && value !== null;
  const parts = isNest ? nestEntries(value as InputSignature, isSpec) : [];
  if (parts.length > 0 && parts.every(([, spec]) => fits(spec))) return value as InputSignature;
  throw rangeError(
    "signature.kind",
    "Cannot build a model from its file as the inputs are not written as names, shapes and dtypes: the file is damaged",
  );
}
