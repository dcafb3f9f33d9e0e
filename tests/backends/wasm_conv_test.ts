import fc from "fast-check";
import { assertEquals, assertThrows } from "@std/assert";
import type { Meta } from "../../core/primitives.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import {
  type Convolution,
  inferConv,
  type Margins,
  spanOf,
  spatialDims,
  windowCount,
} from "../../core/windows.ts";
import { ReferenceBackend } from "../../plugins/backends/reference/backend.ts";
import { WasmBackend } from "../../plugins/backends/wasm/backend.ts";
import { nativeBackends } from "./native_library.ts";
import { Bench, noise } from "./wasm_operands.ts";

const reference = new ReferenceBackend();
const threaded = new WasmBackend({ threads: 2 });
await threaded.startThreads();
const plain = new WasmBackend({ threads: 1, relaxedSimd: false });
/** The same kernels with the products of a library, where there is one. */
const native = nativeBackends({ threads: 2 });
for (const backend of native) await backend.startThreads();

/** A convolution: what it is placed on, and how. */
interface Call {
  x: number[];
  kernel: number[];
  attributes: Convolution & { padding: Margins };
}

interface Axis {
  length: number;
  size: number;
  stride: number;
  dilation: number;
  low: number;
  high: number;
}

const axis: fc.Arbitrary<Axis> = fc.record({
  length: fc.integer({ min: 1, max: 11 }),
  size: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  low: fc.integer({ min: 0, max: 3 }),
  high: fc.integer({ min: 0, max: 3 }),
}).filter(({ length, size, dilation, low, high }) => length + low + high >= spanOf(size, dilation));

/** Windows next to each other, at every place. */
const dense: fc.Arbitrary<Axis> = axis.map((one) => {
  const margin = (one.size - 1) * one.dilation;
  const low = Math.min(one.low, margin);
  return { ...one, stride: 1, low, high: margin - low };
});

const channels = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(12, 16, 17, 31));

const calls: fc.Arbitrary<Call> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  axes: fc.oneof(...[axis, dense].map((one) => fc.array(one, { minLength: 1, maxLength: 3 }))),
  groups: fc.constantFrom(1, 1, 1, 2, 3),
  perGroup: channels,
  filters: channels,
  depthwise: fc.constantFrom(false, false, true),
}).map(({ batch, axes, groups, perGroup, filters, depthwise }) => {
  const many = depthwise ? perGroup : groups;
  const taken = depthwise ? 1 : perGroup;
  const given = depthwise ? many * (1 + filters % 2) : filters * groups;
  return {
    x: [batch, ...axes.map(({ length }) => length), many * taken],
    kernel: [...axes.map(({ size }) => size), taken, given],
    attributes: {
      strides: axes.map(({ stride }) => stride),
      dilations: axes.map(({ dilation }) => dilation),
      padding: axes.map(({ low, high }) => [low, high] as const),
      groups: many,
    },
  };
});

/** The shape of a convolution's result. */
function resultShape({ x, kernel, attributes }: Call): Shape {
  const metas: Meta[] = [x, kernel].map((dims) => ({ dims, dtype: "float32" }));
  return inferConv(metas, attributes).dims as Shape;
}

/** Runs a kernel on the reference, in float64. */
function expected(
  name: string,
  inputs: readonly (readonly [Shape, ArrayLike<number>])[],
  shape: Shape,
  attributes: object,
): Float64Array {
  using bench = new Bench(reference);
  const out = bench.operand(shape, undefined, "float64");
  const operands = inputs.map(([shape, values]) => bench.operand(shape, values, "float64"));
  bench.run(name, operands, [out], attributes);
  return bench.values<"float64">(out);
}

function assertClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, terms: number): void {
  assertEquals(actual.length, wanted.length);
  const allowed = 2e-6 * (1 + Math.sqrt(terms)) * 4;
  for (let i = 0; i < actual.length; i++) {
    const isSame = Object.is(actual[i], wanted[i]) ||
      Math.abs(actual[i] - wanted[i]) <= allowed * (1 + Math.abs(wanted[i]));
    if (!isSame) throw new Error(`element ${i} is ${actual[i]}, expected ${wanted[i]}`);
  }
}

/** Compares one kernel with the reference, on each backend. */
function compare(
  name: string,
  shapes: readonly Shape[],
  result: Shape,
  attributes: object,
  terms: number,
): void {
  const random = noise(shapes.flat().reduce((a, b) => a * 31 + b, 7) | 0);
  const values = shapes.map((shape) => Float32Array.from({ length: sizeOf(shape) }, random));
  const wanted = expected(name, shapes.map((shape, i) => [shape, values[i]]), result, attributes);
  for (const backend of [threaded, plain, ...native]) {
    using bench = new Bench(backend);
    const inputs = shapes.map((shape, i) => bench.operand(shape, values[i]));
    const out = bench.operand(result);
    bench.run(name, inputs, [out], attributes);
    assertClose(bench.values(out), wanted, terms);
  }
}

function compareConv(call: Call): void {
  const y = resultShape(call);
  compare("conv", [call.x, call.kernel], y, call.attributes, sizeOf(call.kernel.slice(0, -1)));
}

function compareInputGradient(call: Call): void {
  const { x, kernel, attributes } = call;
  const y = resultShape(call);
  const outputPadding = spatialDims(x).map((length, i) => {
    const [low, high] = attributes.padding[i];
    const span = spanOf(kernel[i], attributes.dilations[i]);
    return length - ((spatialDims(y)[i] - 1) * attributes.strides[i] + span - low - high);
  });
  const terms = sizeOf(kernel) / kernel.at(-2)!;
  const options = { ...attributes, outputPadding };
  compare("convInputGradient", [y, kernel], x, options, terms);
}

function compareKernelGradient(call: Call): void {
  const { x, kernel, attributes } = call;
  const y = resultShape(call);
  const options = { ...attributes, size: kernel.slice(0, -2) };
  compare("convKernelGradient", [x, y], kernel, options, sizeOf(y.slice(0, -1)));
}

const SETTINGS = { seed: 11, numRuns: 250 };

Deno.test("conv() is right for any placement of windows", () => {
  fc.assert(fc.property(calls, compareConv), SETTINGS);
});

Deno.test("convInputGradient() is right for any placement of windows", () => {
  fc.assert(fc.property(calls, compareInputGradient), SETTINGS);
});

Deno.test("convKernelGradient() is right for any placement of windows", () => {
  fc.assert(fc.property(calls, compareKernelGradient), SETTINGS);
});

/** Sizes that take more than one block, panel, piece or word of masks. */
const LARGE: readonly Call[] = [
  // Many windows.
  { x: [3, 40, 40, 8], kernel: [3, 3, 8, 24], attributes: placed([1, 1], [1, 1]) },
  { x: [2, 41, 39, 1], kernel: [3, 3, 1, 32], attributes: placed([1, 1], [0, 0]) },
  { x: [2, 41, 39, 3], kernel: [7, 7, 3, 16], attributes: placed([2, 2], [3, 3]) },
  // Many channels and filters.
  { x: [1, 6, 5, 130], kernel: [3, 3, 130, 140], attributes: placed([1, 1], [1, 1]) },
  { x: [1, 6, 5, 130], kernel: [3, 3, 130, 140], attributes: placed([2, 2], [1, 1]) },
  { x: [2, 9, 9, 64], kernel: [1, 1, 64, 72], attributes: placed([1, 1], [0, 0]) },
  // More than 64 taps.
  { x: [1, 14, 15, 4], kernel: [9, 10, 4, 9], attributes: placed([1, 1], [4, 4]) },
  { x: [1, 14, 15, 2], kernel: [9, 10, 2, 9], attributes: placed([2, 3], [4, 4]) },
  // Few filters and many channels: windows are read where they lie, some taps at a time; and the other way round.
  { x: [1, 10, 9, 300], kernel: [3, 3, 300, 20], attributes: placed([1, 1], [1, 1]) },
  { x: [1, 10, 9, 20], kernel: [3, 3, 20, 300], attributes: placed([1, 1], [1, 1]) },
  {
    x: [2, 12, 11, 24],
    kernel: [3, 3, 8, 30],
    attributes: { ...placed([1, 1], [1, 1]), groups: 3 },
  },
  // The same with more than 64 taps, and with more padding than would be copied.
  { x: [1, 24, 25, 8], kernel: [9, 10, 8, 9], attributes: placed([1, 1], [4, 4]) },
  { x: [1, 5, 6, 8], kernel: [9, 10, 8, 9], attributes: placed([1, 1], [5, 5]) },
  // More than 64 taps of one channel each.
  { x: [1, 14, 15, 1], kernel: [9, 10, 1, 9], attributes: placed([1, 1], [4, 4]) },
];

function placed(
  strides: readonly number[],
  margins: readonly number[],
): Convolution & { padding: Margins } {
  return {
    strides,
    dilations: strides.map(() => 1),
    padding: margins.map((n) => [n, n] as const),
    groups: 1,
  };
}

Deno.test("conv() and its gradients are right beyond one block of every axis", () => {
  for (const call of LARGE) {
    compareConv(call);
    compareInputGradient(call);
    compareKernelGradient(call);
  }
});

// Pooling.

interface Pool {
  x: number[];
  attributes: { size: number[]; strides: number[]; padding: Margins };
}

const pools: fc.Arbitrary<Pool> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  channels: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 17, 31)),
  axes: fc.array(axis, { minLength: 1, maxLength: 3 }),
}).map(({ batch, channels, axes }) => ({
  x: [batch, ...axes.map(({ length }) => length), channels],
  attributes: {
    size: axes.map(({ size, length }) => Math.min(size, length)),
    strides: axes.map(({ stride }) => stride),
    padding: axes.map(({ size, length, low, high }) => {
      const most = Math.min(size, length) - 1;
      return [Math.min(low, most), Math.min(high, most)] as const;
    }),
  },
}));

function pooledShape({ x, attributes: { size, strides, padding } }: Pool): number[] {
  const windows = spatialDims(x).map((length, i) =>
    windowCount(length, size[i], strides[i], padding[i])
  );
  return [x[0], ...windows, x[x.length - 1]];
}

/** Values with many equals among them. */
function coarse(shape: Shape, seed: number): Float32Array {
  const random = noise(seed);
  return Float32Array.from({ length: sizeOf(shape) }, () => Math.round(random() * 3));
}

/** Runs a wasm kernel on each backend. */
function onWasm(
  name: string,
  inputs: readonly (readonly [Shape, ArrayLike<number>])[],
  shape: Shape,
  attributes: object,
  check: (values: ArrayLike<number>) => void,
): void {
  for (const backend of [threaded, plain]) {
    using bench = new Bench(backend);
    const operands = inputs.map(([shape, values]) => bench.operand(shape, values));
    const out = bench.operand(shape, undefined, name === "poolArgmax" ? "int32" : "float32");
    bench.run(name, operands, [out], attributes);
    check(bench.values(out));
  }
}

/** The places of the greatest, by the reference. */
function greatest(x: Shape, values: ArrayLike<number>, y: Shape, attributes: object): Int32Array {
  using bench = new Bench(reference);
  const out = bench.operand(y, undefined, "int32");
  bench.run("poolArgmax", [bench.operand(x, values, "float64")], [out], attributes);
  return bench.values<"int32">(out);
}

Deno.test("maxPool(), its gradient and poolArgmax() choose the first of the greatest", () => {
  fc.assert(
    fc.property(pools, (call) => {
      const { x, attributes } = call;
      const y = pooledShape(call);
      const values = coarse(x, 5);
      const places = greatest(x, values, y, attributes);
      const maxima = Float32Array.from(places, (place) => values[place]);
      const g = Float32Array.from({ length: sizeOf(y) }, noise(9));
      const dx = new Float64Array(values.length);
      places.forEach((place, i) => dx[place] += g[i]);
      onWasm(
        "poolArgmax",
        [[x, values]],
        y,
        attributes,
        (got) => assertEquals([...got as Int32Array], [...places]),
      );
      onWasm("maxPool", [[x, values]], y, attributes, (got) => assertClose(got, maxima, 1));
      const inputs = [[x, values], [y, maxima], [y, g]] as const;
      onWasm("maxPoolGradient", inputs, x, attributes, (got) => assertClose(got, dx, 30));
    }),
    SETTINGS,
  );
});

Deno.test("averagePool() and its gradient count only what lies in the input", () => {
  fc.assert(
    fc.property(pools, (call) => {
      const { x, attributes } = call;
      const y = pooledShape(call);
      const [channels, spatial] = [x[x.length - 1], spatialDims(x)];
      const values = Float32Array.from({ length: sizeOf(x) }, noise(5));
      const kernel = [...attributes.size, 1, channels];
      const ones = new Float64Array(sizeOf(kernel)).fill(1);
      const summing = { ...attributes, dilations: spatial.map(() => 1), groups: channels };
      const sumsOf = (of: ArrayLike<number>): Float64Array =>
        expected("conv", [[x, of], [kernel, ones]], y, summing);
      const counts = sumsOf(new Float64Array(values.length).fill(1));
      const means = sumsOf(values).map((sum, i) => sum / counts[i]);
      const g = Float32Array.from({ length: sizeOf(y) }, noise(9));
      const share = counts.map((count, i) => g[i] / count);
      const dx = expected("convInputGradient", [[y, share], [kernel, ones]], x, summing);
      onWasm("averagePool", [[x, values]], y, attributes, (got) => assertClose(got, means, 30));
      const placed = { ...attributes, spatial };
      onWasm("averagePoolGradient", [[y, g]], x, placed, (got) => assertClose(got, dx, 30));
    }),
    SETTINGS,
  );
});

Deno.test("maxPool() and its gradient take NaN for the greatest", () => {
  const values = new Float32Array([1, NaN, 3, NaN, -Infinity, -Infinity, 2, Infinity]);
  const attributes = { size: [2], strides: [2], padding: [[0, 0]] };
  const maxima = [NaN, NaN, -Infinity, Infinity];
  onWasm("maxPool", [[[1, 8, 1], values]], [1, 4, 1], attributes, (got) => {
    assertEquals([...got as Float32Array], maxima);
  });
  onWasm("poolArgmax", [[[1, 8, 1], values]], [1, 4, 1], attributes, (got) => {
    assertEquals([...got as Int32Array], [1, 3, 4, 7]);
  });
  const inputs = [[[1, 8, 1], values], [[1, 4, 1], maxima], [[1, 4, 1], [1, 2, 3, 4]]] as const;
  onWasm("maxPoolGradient", inputs, [1, 8, 1], attributes, (got) => {
    assertEquals([...got as Float32Array], [0, 1, 0, 2, 3, 0, 0, 4]);
  });
});

// What all share.

Deno.test("NaN and infinity of an input reach the windows that hold them, and no others", () => {
  const x = new Float32Array(9 * 5).fill(1);
  x[4 * 5 + 2] = NaN;
  x[7 * 5] = Infinity;
  const kernel = new Float32Array(3 * 5 * 4).fill(1);
  const attributes = { strides: [1], dilations: [1], padding: [[1, 1]], groups: 1 };
  onWasm("conv", [[[1, 9, 5], x], [[3, 5, 4], kernel]], [1, 9, 4], attributes, (got) => {
    const rows = Array.from({ length: 9 }, (_, i) => got[i * 4 + 1]);
    assertEquals(rows, [10, 15, 15, NaN, NaN, NaN, Infinity, Infinity, Infinity]);
  });
});

Deno.test("results do not depend on the number of threads", () => {
  const single = new WasmBackend({ threads: 1 });
  const call = {
    x: [5, 23, 19, 12],
    kernel: [3, 3, 12, 20],
    attributes: { ...placed([1, 1], [1, 1]), outputPadding: [0, 0], size: [3, 3] },
  };
  const y = resultShape(call);
  const shapes: Record<string, [Shape, Shape, Shape]> = {
    conv: [call.x, call.kernel, y],
    convInputGradient: [y, call.kernel, call.x],
    convKernelGradient: [call.x, y, call.kernel],
  };
  for (const [name, [a, b, result]] of Object.entries(shapes)) {
    const [first, second] = [single, threaded].map((backend) => {
      using bench = new Bench(backend);
      const random = noise(21);
      const out = bench.operand(result);
      bench.run(name, [bench.operand(a, random), bench.operand(b, random)], [out], call.attributes);
      return bench.values(out);
    });
    assertEquals(first, second, name);
  }
});

Deno.test("conv() without room for its kernel in strips says what fills the memory", () => {
  const small = new WasmBackend({ threads: 1, maximumBytes: 2 ** 25 });
  using bench = new Bench(small);
  const x = bench.operand([1, 3, 3, 600]);
  const kernel = bench.operand([3, 3, 600, 800]);
  const y = bench.operand([1, 1, 1, 800]);
  const call = placed([1, 1], [0, 0]);
  assertThrows(() => bench.run("conv", [x, kernel], [y], call), RangeError, "limited to");
});
