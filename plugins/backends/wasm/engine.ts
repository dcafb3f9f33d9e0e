/**
 * The kernels, loaded: the best build that this engine runs, its memory and its exports.
 *
 * @module
 */

import { binary as relaxedBinary } from "./binary_relaxed.ts";
import { binary as simdBinary } from "./binary_simd.ts";
import { binary as singleBinary } from "./binary_single.ts";
import { ALL_ONES, TRUE } from "./layout.ts";
import { LinearMemory } from "./memory.ts";

/** What the kernels export: functions of addresses, counts and codes, documented at their sources. */
export type KernelExports = Record<
  | "argReduce"
  | "argsort"
  | "biasActivationGradient"
  | "binary"
  | "binaryStrided"
  | "cast"
  | "columnMoments"
  | "columnsGradients"
  | "convolve"
  | "copyStrided"
  | "cumsum"
  | "fill"
  | "fusedRows"
  | "inputGradient"
  | "kernelGradient"
  | "matmul"
  | "normalizeColumns"
  | "normalizeRows"
  | "pool"
  | "random"
  | "reduce"
  | "rowsGradients"
  | "scatterAdd"
  | "scatterAddAlong"
  | "scatterUpdate"
  | "select"
  | "staticEnd"
  | "take"
  | "takeAlong"
  | "unary"
  | "update",
  (...values: number[]) => number
>;

/** Which build runs here. */
export type Build = "relaxed SIMD" | "SIMD" | "SIMD, unshared memory";

/** A loaded build. */
export interface LoadedKernels {
  readonly build: Build;
  readonly module: WebAssembly.Module;
  readonly memory: LinearMemory;
  readonly kernels: KernelExports;
}

/** What the kernel tables work with. */
export interface Engine extends Pick<LoadedKernels, "memory" | "kernels"> {
  /** Reserves room for results on the way. */
  borrow(byteLength: number): number;
  /** Gives it back. */
  giveBack(address: number): void;
}

/** A module with one relaxed SIMD instruction: (func (param v128) (result v128) f32x4.relaxed_madd). */
const RELAXED_PROBE = [
  [0, 97, 115, 109, 1, 0, 0, 0],
  [1, 6, 1, 96, 1, 123, 1, 123],
  [3, 2, 1, 0],
  [10, 13, 1, 11, 0, 32, 0, 32, 0, 32, 0, 253, 133, 2, 11],
].flat();

/** Says whether the engine has relaxed SIMD. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(new Uint8Array(RELAXED_PROBE));
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== "undefined";
}

/** How the kernels call a library for `c = a b`, or `c += a b`: see `kernels/library.ts`. */
export type Multiply = (
  flags: number,
  m: number,
  n: number,
  k: number,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  c: number,
  strideC: number,
) => void;

/** A library of the system that computes matrix products. */
export interface ProductLibrary {
  /** Where it is. */
  readonly path: string;
  /**
   * Links it on the thread that this is called on. Helper threads get this function as text, so it must not refer to
   * anything outside itself.
   */
  readonly link: (memory: WebAssembly.Memory, path: string) => Multiply;
}

/** Stands where there is none; the kernels never call it. */
export const NO_LIBRARY: ProductLibrary = { path: "", link: () => () => {} };

/** Loads the kernels. */
export function loadKernels(
  relaxedSimd: boolean,
  maximumBytes: number,
  { link, path }: ProductLibrary,
): LoadedKernels {
  const shared = canShareMemory();
  const build: Build = !shared
    ? "SIMD, unshared memory"
    : relaxedSimd && hasRelaxedSimd()
    ? "relaxed SIMD"
    : "SIMD";
  const binaries = {
    "relaxed SIMD": relaxedBinary,
    "SIMD": simdBinary,
    "SIMD, unshared memory": singleBinary,
  };
  const memory = new LinearMemory(shared, maximumBytes);
  const module = new WebAssembly.Module(decode(binaries[build]));
  const env = { memory: memory.memory, multiply: link(memory.memory, path) };
  const instance = new WebAssembly.Instance(module, { env });
  memory.int32[ALL_ONES >>> 2] = -1;
  memory.uint8[TRUE] = 1;
  return { build, module, memory, kernels: instance.exports as unknown as KernelExports };
}
