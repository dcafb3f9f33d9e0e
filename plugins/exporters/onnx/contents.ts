/**
 * The values of constants, as bytes.
 *
 * @module
 */

import type { TypedArray } from "../../../core/dtype.ts";
import {
  constantsOf,
  type OnnxDType,
  type OnnxGraph,
  type OnnxValue,
  rewriteNodes,
} from "./graph.ts";

/** The bytes of each constant, little-endian and row-major. */
export type Contents = ReadonlyMap<OnnxValue, Uint8Array>;

type Numbers = ArrayLike<number>;

const ARRAYS: Readonly<Record<OnnxDType, (values: Numbers) => ArrayBufferView>> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  int32: (values) => Int32Array.from(values),
  uint32: (values) => Uint32Array.from(values),
  int64: (values) => BigInt64Array.from(Array.from(values, BigInt)),
  int8: (values) => Int8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  bool: (values) => Uint8Array.from(values, Number),
};

/** Reads the values of all constants, and frees their tensors. */
export async function readContents(graph: OnnxGraph): Promise<Contents> {
  const constants = constantsOf(graph);
  const contents = new Map<OnnxValue, Uint8Array>();
  try {
    for (const value of constants) contents.set(value, await bytesOf(value));
    return contents;
  } finally {
    for (const { constant } of constants) {
      if (constant !== null && "dispose" in constant) constant.dispose();
    }
  }
}

async function bytesOf({ constant, dtype }: OnnxValue): Promise<Uint8Array> {
  if (constant === null || !("dispose" in constant)) return bytesIn(ARRAYS[dtype](constant ?? []));
  const values: TypedArray = await constant.data();
  // What was read is written as it is, save where the file has another element type.
  return bytesIn(constant.dtype === dtype ? values : ARRAYS[dtype](values));
}

function bytesIn({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Longer constants are not compared. */
const LONGEST_COMPARED = 256;

/** Of equal constants that have no names of their own, the first is enough. */
export function shareConstants(graph: OnnxGraph, contents: Contents): void {
  const first = new Map<string, OnnxValue>();
  const shared = (value: OnnxValue | null): OnnxValue | null => {
    const bytes = value === null ? undefined : contents.get(value);
    if (value === null || bytes === undefined || value.hint !== null) return value;
    if (bytes.length > LONGEST_COMPARED) return value;
    const key = `${value.dtype} ${value.dims} ${bytes}`;
    const same = first.get(key) ?? value;
    first.set(key, same);
    return same;
  };
  rewriteNodes(graph, ({ op, inputs, attributes, outputs, domain }, to) => {
    const same = inputs.map(shared);
    if (same.every((input, i) => input === inputs[i])) return null;
    return to.nodeOf(op, same, attributes, outputs, domain);
  });
}
