import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { WasmBackend } from "../../plugins/backends/wasm/backend.ts";
import { Bench, noise } from "./wasm_operands.ts";

const threaded = new WasmBackend({ threads: 2 });
await threaded.startThreads();
const plain = new WasmBackend({ threads: 1, relaxedSimd: false });
const EPSILON = 1e-3;

/** Judged beside the largest of the expected values. */
function assertClose(name: string, actual: Float32Array, wanted: ArrayLike<number>): void {
  assertEquals(actual.length, wanted.length);
  const largest = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (let i = 0; i < actual.length; i++) {
    if (!(Math.abs(actual[i] - wanted[i]) <= 2e-5 * largest)) {
      throw new Error(`element ${i} of ${name} is ${actual[i]}, expected ${wanted[i]}`);
    }
  }
}

/** Runs a kernel on each backend; results are checked by name. */
function check(
  name: string,
  inputs: readonly (readonly [readonly number[], ArrayLike<number>])[],
  results: Record<string, readonly [readonly number[], ArrayLike<number>]>,
  attributes: object,
): void {
  for (const backend of [threaded, plain]) {
    using bench = new Bench(backend);
    const operands = inputs.map(([shape, values]) => bench.operand(shape, values));
    const outputs = Object.values(results).map(([shape]) => bench.operand(shape));
    bench.run(name, operands, outputs, attributes);
    Object.entries(results).forEach(([result, [, values]], i) =>
      assertClose(`${name} ${result}`, bench.values(outputs[i]), values)
    );
  }
}

/** A matrix in float64, by row and column. */
class Matrix {
  constructor(
    readonly rows: number,
    readonly columns: number,
    readonly at: (i: number, j: number) => number,
  ) {}

  values(): Float64Array {
    const { rows, columns } = this;
    return Float64Array.from(
      { length: rows * columns },
      (_, i) => this.at(Math.floor(i / columns), i % columns),
    );
  }

  /** The sum of each column. */
  sums(): Float64Array {
    const sums = new Float64Array(this.columns);
    this.values().forEach((value, i) => sums[i % this.columns] += value);
    return sums;
  }

  transposed(): Matrix {
    return new Matrix(this.columns, this.rows, (i, j) => this.at(j, i));
  }

  static of(values: ArrayLike<number>, rows: number, columns: number): Matrix {
    return new Matrix(rows, columns, (i, j) => values[i * columns + j]);
  }
}

function rounded(length: number, value: (i: number) => number): Float32Array {
  return Float32Array.from({ length }, (_, i) => value(i));
}

/** Inputs of some normalization of `[rows, columns]`, far from zero. */
function draw(rows: number, columns: number) {
  const random = noise(rows * 131 + columns);
  const x = rounded(rows * columns, (i) => random() * 2 + 5 * (i % 3));
  const scale = rounded(columns, () => random() + 1.5);
  const offset = rounded(columns, random);
  const g = rounded(rows * columns, random);
  return { x, scale, offset, g };
}

/** Statistics of the columns, and what standardizing by them gives. */
function standardized(x: Matrix): { mean: Float64Array; variance: Float64Array; z: Matrix } {
  const mean = x.sums().map((sum) => sum / x.rows);
  const apart = new Matrix(x.rows, x.columns, (i, j) => x.at(i, j) - mean[j]);
  const squares = new Matrix(x.rows, x.columns, (i, j) => apart.at(i, j) ** 2);
  const variance = squares.sums().map((sum) => sum / x.rows);
  const inverse = variance.map((value) => 1 / Math.sqrt(value + EPSILON));
  const z = new Matrix(x.rows, x.columns, (i, j) => apart.at(i, j) * inverse[j]);
  return { mean, variance, z: Matrix.of(z.values(), x.rows, x.columns) };
}

/** What of an upstream gradient goes through the standardizing of columns. */
function throughColumns(g: Matrix, z: Matrix, inverse: (j: number) => number): Matrix {
  const { rows, columns } = g;
  const meanG = g.sums().map((sum) => sum / rows);
  const products = new Matrix(rows, columns, (i, j) => g.at(i, j) * z.at(i, j));
  const meanGz = products.sums().map((sum) => sum / rows);
  return new Matrix(
    rows,
    columns,
    (i, j) => (g.at(i, j) - meanG[j] - z.at(i, j) * meanGz[j]) * inverse(j),
  );
}

const sizes = fc.record({
  rows: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(256, 700, 2100)),
  columns: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(64, 67)),
});
const SETTINGS = { seed: 3, numRuns: 60 };

Deno.test("normalization of batches and its gradient are right for any size", () => {
  fc.assert(
    fc.property(sizes, ({ rows, columns }) => {
      const { x, scale, offset, g } = draw(rows, columns);
      const { mean, variance, z } = standardized(Matrix.of(x, rows, columns));
      const shape = [rows, 1, columns];
      const y = new Matrix(rows, columns, (i, j) => z.at(i, j) * scale[j] + offset[j]).values();
      const attributes = { axis: 2, epsilon: EPSILON };
      const affine = [[[columns], scale], [[columns], offset]] as const;
      check("batchNormalizationTraining", [[shape, x], ...affine], {
        y: [shape, y],
        mean: [[columns], mean],
        variance: [[columns], variance],
      }, attributes);
      const statistics = [[[columns], mean], [[columns], variance]] as const;
      const inputs = [[shape, x], ...statistics, ...affine] as const;
      check("batchNormalization", inputs, { y: [shape, y] }, attributes);
      const upstream = Matrix.of(g, rows, columns);
      const inverse = (j: number) => scale[j] / Math.sqrt(variance[j] + EPSILON);
      const products = new Matrix(rows, columns, (i, j) => upstream.at(i, j) * z.at(i, j));
      check(
        "batchNormalizationGradient",
        [[shape, x], ...statistics, [[columns], scale], [shape, g]],
        {
          dx: [shape, throughColumns(upstream, z, inverse).values()],
          dScale: [[columns], products.sums()],
          dOffset: [[columns], upstream.sums()],
        },
        attributes,
      );
    }),
    SETTINGS,
  );
});

Deno.test("normalization of layers and its gradient are right for any size", () => {
  fc.assert(
    fc.property(sizes, ({ rows, columns }) => {
      const { x, scale, offset, g } = draw(rows, columns);
      // Rows of a layer are columns of its transpose.
      const { variance, z } = standardized(Matrix.of(x, rows, columns).transposed());
      const y = new Matrix(rows, columns, (i, j) => z.at(j, i) * scale[j] + offset[j]).values();
      const shape = [rows, columns];
      const attributes = { axes: [1], epsilon: EPSILON };
      const inputs = [[shape, x], [[columns], scale], [[columns], offset]] as const;
      check("layerNormalization", inputs, { y: [shape, y] }, attributes);
      const upstream = Matrix.of(g, rows, columns);
      const scaled = new Matrix(columns, rows, (j, i) => upstream.at(i, j) * scale[j]);
      const inverse = (i: number) => 1 / Math.sqrt(variance[i] + EPSILON);
      const products = new Matrix(rows, columns, (i, j) => upstream.at(i, j) * z.at(j, i));
      check("layerNormalizationGradient", [[shape, x], [[columns], scale], [shape, g]], {
        dx: [shape, throughColumns(scaled, z, inverse).transposed().values()],
        dScale: [[columns], products.sums()],
        dOffset: [[columns], upstream.sums()],
      }, attributes);
    }),
    SETTINGS,
  );
});

Deno.test("normalization by the root mean square and its gradient are right for any size", () => {
  fc.assert(
    fc.property(sizes, ({ rows, columns }) => {
      const { x, scale, g } = draw(rows, columns);
      const [input, upstream] = [x, g].map((values) => Matrix.of(values, rows, columns));
      const squares = new Matrix(columns, rows, (j, i) => input.at(i, j) ** 2).sums();
      const inverse = squares.map((sum) => 1 / Math.sqrt(sum / columns + EPSILON));
      const z = new Matrix(rows, columns, (i, j) => input.at(i, j) * inverse[i]);
      const shape = [rows, columns];
      const attributes = { axes: [1], epsilon: EPSILON };
      const y = new Matrix(rows, columns, (i, j) => z.at(i, j) * scale[j]).values();
      const inputs = [[shape, x], [[columns], scale]] as const;
      check("rmsNormalization", inputs, { y: [shape, y] }, attributes);
      const along = new Matrix(columns, rows, (j, i) => upstream.at(i, j) * scale[j] * z.at(i, j))
        .sums().map((sum) => sum / columns);
      const dx = new Matrix(
        rows,
        columns,
        (i, j) => (upstream.at(i, j) * scale[j] - z.at(i, j) * along[i]) * inverse[i],
      );
      const products = new Matrix(rows, columns, (i, j) => upstream.at(i, j) * z.at(i, j));
      check("rmsNormalizationGradient", [[shape, x], [[columns], scale], [shape, g]], {
        dx: [shape, dx.values()],
        dScale: [[columns], products.sums()],
      }, attributes);
    }),
    SETTINGS,
  );
});
