/** Runs exported files in onnxruntime, and reads them by onnx-proto, which knows nothing of our encoder. */

import { assert, assertEquals } from "@std/assert";
import proto from "onnx-proto";
import type ort from "onnxruntime-node";
import { symbolicInput } from "../../core/input_signature.ts";
import { tensorsIn } from "../../core/scope.ts";
import {
  type AnyLayer,
  type DType,
  exporters,
  Layer,
  ops,
  type Shape,
  type Tensor,
  tidy,
} from "../../mod.ts";
import { draw } from "../../testing/values.ts";
import { runFile } from "./_runtime.ts";

export const BATCHES = [1, 3, 32];

/** A layer of any function. */
export class Computation extends Layer<Tensor | Tensor[], Tensor | Tensor[]> {
  constructor(readonly run: (inputs: Tensor[]) => Tensor | Tensor[]) {
    super({ name: "computation" });
  }

  forward(inputs: Tensor | Tensor[]): Tensor | Tensor[] {
    return this.run([inputs].flat());
  }
}

/** An input of a computation: its shape without the batch, and how it is drawn. */
export interface InputKind {
  shape: Shape;
  dtype?: DType;
  range?: readonly [number, number];
  /** Whether values are drawn and then changed, into a range that a function takes. */
  map?: (x: Tensor) => Tensor;
}

export const f = (...shape: number[]): InputKind => ({ shape });
export const i = (low: number, high: number, ...shape: number[]): InputKind => ({
  shape,
  dtype: "int32",
  range: [low, high],
});
export const b = (...shape: number[]): InputKind => ({ shape, dtype: "bool" });

/** A layer of a function, built for inputs of those kinds with an open batch. */
export function computation(
  kinds: readonly InputKind[],
  run: (inputs: Tensor[]) => Tensor | Tensor[],
): Computation {
  const layer = new Computation(run);
  const inputs = kinds.map(({ shape, dtype = "float32" }, place) =>
    symbolicInput([null, ...shape], dtype, `x${place}`)
  );
  layer.apply(inputs.length === 1 ? inputs[0] : inputs);
  return layer;
}

export function inputsOf(kinds: readonly InputKind[], batch: number): Tensor[] {
  return kinds.map(({ shape, dtype, range, map = (x) => x }, place) =>
    map(draw([batch, ...shape], { dtype, range, seed: batch + 7 * place }))
  );
}

/** Values of a shape, the same each time. */
export function drawn(...shape: number[]): Tensor {
  return ops.randn(shape, { seed: shape.length });
}

/** Runs a function with the path of a file in a folder of its own. */
export async function withPath<T>(run: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "tensaur-onnx-" });
  try {
    return await run(`${folder}/model.onnx`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Compares outputs of onnxruntime with ours. */
export function assertSame(actual: readonly ort.Tensor[], expected: Tensor[], tolerance = 1e-5) {
  assertEquals(actual.length, expected.length);
  for (const [place, one] of actual.entries()) {
    const wanted = expected[place];
    assertEquals([one.type, [...one.dims]], [wanted.dtype, [...wanted.shape]]);
    const [ours, theirs] = [wanted.dataSync(), one.data as ArrayLike<number | boolean>];
    for (let k = 0; k < ours.length; k++) {
      const [a, e] = [Number(theirs[k]), ours[k]];
      const isNear = Object.is(a, e) || a === e || Math.abs(a - e) <= tolerance;
      assert(isNear, `element ${k} of output ${place} is ${a} instead of ${e}`);
    }
  }
}

/** Exports a layer and compares what onnxruntime computes with what we do, for several batches. */
export async function assertParity(
  layer: AnyLayer,
  kinds: readonly InputKind[],
  { options = {}, batches = BATCHES, tolerance = 1e-5 }: {
    options?: exporters.OnnxExportOptions;
    batches?: readonly number[];
    tolerance?: number;
  } = {},
): Promise<void> {
  await withPath(async (path) => {
    await new exporters.OnnxExporter().export(layer, path, options);
    const inputs = batches.map((batch) => inputsOf(kinds, batch));
    const results = await runFile(path, inputs);
    for (const [k, xs] of inputs.entries()) {
      tidy(() => {
        const outputs = [...tensorsIn(layer.apply(xs.length === 1 ? xs[0] : xs))];
        assertSame(results[k], outputs, tolerance);
      });
    }
  });
}

// deno-lint-ignore no-explicit-any -- the package's types are as wide
export type ReadModel = any;

/** The file as onnx-proto reads it. */
export async function readModel(path: string): Promise<ReadModel> {
  const { ModelProto } = proto.onnx;
  return ModelProto.toObject(ModelProto.decode(await Deno.readFile(path)), {
    longs: Number,
    arrays: true,
    defaults: true,
  });
}

/** Exports a layer and reads the file back. */
export async function exported(
  layer: AnyLayer,
  options: exporters.OnnxExportOptions = {},
): Promise<ReadModel> {
  return await withPath(async (path) => {
    await new exporters.OnnxExporter().export(layer, path, options);
    return await readModel(path);
  });
}

/** The shape of an input or output of a file: sizes, and the names of open ones. */
export function shapeOf({ type }: ReadModel["graph"]["input"][0]): (number | string)[] {
  return type.tensorType.shape.dim.map(({ dimParam, dimValue }: ReadModel) => dimParam || dimValue);
}

/** The operators of a file, in order. */
export function operatorsOf(model: ReadModel): string[] {
  return model.graph.node.map(({ opType }: { opType: string }) => opType);
}

export { runFile };
