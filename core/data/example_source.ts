/**
 * What the module of a `ModuleDataset` gives, and how its examples become batches. The functions here also run in
 * workers, which are given their text: they stand alone and use nothing from outside but what they are given.
 *
 * @module
 */

import type { DType, TypedArray } from "../dtype.ts";

/** Values one after another, and the shape that they have. */
export interface ShapedValues {
  /** The values, row-major. */
  readonly values: ArrayLike<number> & ArrayBufferView;
  /** The size of each axis. */
  readonly shape: readonly number[];
}

/** Numbers or truth values, nested as the axes are. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/** A field of an example. Typed arrays other than of 32-bit integers and floats become float32. */
export type ExampleField = NestedNumbers | (ArrayLike<number> & ArrayBufferView) | ShapedValues;

/** An example: its fields in an array, such as `[image, label]`, or its one field. */
export type SourceExample = ExampleField | readonly ExampleField[];

/** How an example is drawn. */
export interface ExampleDraw {
  /**
   * A whole number in [0, 2^32) for random changes of the example: another one for each example and pass, the same
   * for the same seed of the loader, however many workers there are.
   */
  readonly seed: number;
}

/** Examples by number, as a module makes them for `ModuleDataset`. */
export interface ExampleSource<Example extends SourceExample = SourceExample> {
  /** How many examples there are. */
  readonly length: number;
  /** The example of that number, from 0 on. */
  get(index: number, draw: ExampleDraw): Example | Promise<Example>;
  /** Makes the fields of a batch, where examples differ in shape. @default fields are stacked */
  collate?(examples: Example[]): readonly ExampleField[];
}

/** A field of a batch, as it comes from a worker. */
export interface PackedField {
  readonly values: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** An error of a source, as it comes from a worker. */
export interface SourceFailure {
  /** The example; `null` where the failure is not of one. */
  readonly index: number | null;
  readonly message: string;
  readonly stack: string | undefined;
}

/** A batch, or why there is none. */
export type Packed = { readonly fields: readonly PackedField[] } | {
  readonly failure: SourceFailure;
};

/** Gets examples, and packs them into the fields of a batch. */
export async function packBatch(
  source: ExampleSource,
  indices: Int32Array,
  seeds: Uint32Array,
): Promise<Packed> {
  let failed: number | null = null;

  /** A field as flat values with a shape. */
  function flatten(field: unknown): PackedField {
    if (typeof field === "number" || typeof field === "boolean" || Array.isArray(field)) {
      const shape: number[] = [];
      for (let level: unknown = field; Array.isArray(level); level = level[0]) {
        shape.push(level.length);
      }
      const flat: (number | boolean)[] = [];
      const visit = (level: unknown, depth: number): void => {
        const isRow = Array.isArray(level) && level.length === shape[depth];
        const isValue = depth === shape.length &&
          (typeof level === "number" || typeof level === "boolean");
        if (isRow) { for (const item of level) visit(item, depth + 1); }
        else if (isValue) flat.push(level);
        else throw new TypeError("nested arrays must be regular, and hold numbers or truth values");
      };
      visit(field, 0);
      const isBool = flat.length > 0 && flat.every((value) => typeof value === "boolean");
      const numbers = flat.map(Number);
      return isBool
        ? { values: Uint8Array.from(numbers), shape, dtype: "bool" }
        : { values: Float32Array.from(numbers), shape, dtype: "float32" };
    }
    const { values, shape } = ArrayBuffer.isView(field)
      ? { values: field, shape: [(field as Float32Array).length] }
      : (field ?? {}) as { values?: unknown; shape?: unknown };
    if (!ArrayBuffer.isView(values) || !Array.isArray(shape)) {
      throw new TypeError("a field must be a number, an array, or { values, shape }");
    }
    const size = shape.reduce((product, dim) => product * dim, 1);
    if ((values as Float32Array).length !== size) {
      throw new RangeError(
        `a field of shape [${shape}] has ${size} values: met ${(values as Float32Array).length}`,
      );
    }
    if (values instanceof Float32Array) return { values, shape, dtype: "float32" };
    if (values instanceof Float64Array) return { values, shape, dtype: "float64" };
    if (values instanceof Int32Array) return { values, shape, dtype: "int32" };
    return { values: Float32Array.from(values as Uint8Array), shape, dtype: "float32" };
  }

  function stack(parts: readonly PackedField[]): PackedField {
    const [{ values: first, shape, dtype }] = parts;
    const Values = first.constructor as new (length: number) => Float32Array;
    const values = new Values(first.length * parts.length);
    parts.forEach((part, i) => {
      failed = indices[i];
      if (part.dtype !== dtype || String(part.shape) !== String(shape)) {
        throw new RangeError(
          `its field is ${part.dtype} of shape [${part.shape}], that of example ${
            indices[0]
          } in the same batch ${dtype} of shape [${shape}]`,
        );
      }
      values.set(part.values, i * first.length);
    });
    failed = null;
    return { values, shape: [parts.length, ...shape], dtype };
  }

  try {
    const examples = await Promise.all(Array.from(indices, async (index, i) => {
      try {
        return await source.get(index, { seed: seeds[i] });
      } catch (error) {
        failed ??= index;
        throw error;
      }
    }));
    if (source.collate !== undefined) {
      const fields = source.collate(examples).map((field) => flatten(field));
      // Copied, as buffers are handed over, and the source may go on to use its own.
      return { fields: fields.map((field) => ({ ...field, values: field.values.slice() })) };
    }
    const columns: PackedField[][] = [];
    examples.forEach((example, i) => {
      failed = indices[i];
      const fields: readonly unknown[] = Array.isArray(example) ? example : [example];
      if (i > 0 && fields.length !== columns.length) {
        throw new RangeError(
          `it has ${fields.length} fields, example ${
            indices[0]
          } in the same batch ${columns.length}`,
        );
      }
      fields.forEach((field, column) => (columns[column] ??= []).push(flatten(field)));
    });
    return { fields: columns.map(stack) };
  } catch (error) {
    const isError = error instanceof Error;
    return {
      failure: {
        index: failed,
        message: isError ? error.message : String(error),
        stack: isError ? error.stack : undefined,
      },
    };
  }
}
