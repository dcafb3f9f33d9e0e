/**
 * The contract of layers.
 *
 * @module
 */

import { symbolicInput } from "../core/layer.ts";
import { tensorsIn } from "../core/scope.ts";
import {
  type AnyLayer,
  type Dims,
  type DType,
  type Exporter,
  gradCheck,
  type Importer,
  Input,
  keep,
  Layer,
  Model,
  Module,
  ops,
  runtime,
  setSeed,
  type Shape,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from "../mod.ts";
import { configOf } from "./config.ts";
import { type Bench, type Check, type CheckOptions, defineCheck, watchMemory } from "./contract.ts";
import { withFolder } from "./files.ts";
import { expect, skip } from "./outcome.ts";
import { draw, expectSame, inOneOfThree, isFloat, shown, total } from "./values.ts";

/** Options of {@linkcode checkLayer}. */
export interface LayerCheckOptions extends CheckOptions {
  /**
   * The shape of the input, batch axis included, or those of several inputs; `null` where any size will do.
   * @default [null, 4]
   */
  inputShape?: Dims | readonly Dims[];
  /** The dtype of the input; `"float32"` stands for that of the layer. @default "float32" */
  inputDType?: DType;
  /** Of whole numbers as input: from the first up to but not including the second. @default [0, 2] */
  inputRange?: readonly [low: number, high: number];
  /** The shape of an input that a layer built for `inputShape` must refuse. @default none */
  wrongShape?: Dims;
  /** Runs an ONNX file, to compare with; without it files are written only. @default none */
  onnxRuntime?: OnnxRuntime;
}

/** Runs an ONNX file on inputs in the order of the file's; the outputs are in its order too. */
export type OnnxRuntime = (path: string, inputs: readonly Tensor[]) => Promise<readonly Tensor[]>;

type LayerBench = Bench<AnyLayer, LayerCheckOptions>;

/** The size of axes that are unknown, other than the batch. */
const UNKNOWN = 4;

// What goes in and comes out.

function shapesOf({ options }: LayerBench): readonly Dims[] {
  const { inputShape = [null, 4] } = options;
  return (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as readonly Dims[];
}

/** The shapes with a batch of that size, unless they have a batch of their own. */
function knownShapes(bench: LayerBench, batch: number): Shape[] {
  return shapesOf(bench).map((dims) => dims.map((d, axis) => d ?? (axis === 0 ? batch : UNKNOWN)));
}

function inputDType({ options }: LayerBench, dtype: DType): DType {
  const { inputDType = "float32" } = options;
  return inputDType === "float32" ? dtype : inputDType;
}

/** Values for the inputs of a layer of that dtype. */
function inputsFor(
  bench: LayerBench,
  { batch = 3, dtype = "float32" as DType, seed = 1 } = {},
): Tensor[] {
  const range = bench.options.inputRange;
  return knownShapes(bench, batch).map((shape, i) =>
    draw(shape, { dtype: inputDType(bench, dtype), range, seed: seed + 10 * i })
  );
}

function outputsOf(layer: AnyLayer, inputs: readonly Tensor[], training?: boolean): Tensor[] {
  const given = inputs.length === 1 ? inputs[0] : inputs;
  return [...tensorsIn(layer.apply(given, { training }))];
}

/** The outputs for inputs of these shapes, as they are inferred; the layer is built by it. */
function inferred(
  bench: LayerBench,
  layer: AnyLayer,
  shapes: readonly Dims[] = shapesOf(bench),
): Tensor[] {
  const dtype = inputDType(bench, layer.dtype);
  return outputsOf(layer, shapes.map((dims) => symbolicInput(dims, dtype)));
}

/** A built layer; its weights are not those of the beginning, which are often all alike. */
function built(bench: LayerBench, dtype: DType = "float32"): AnyLayer {
  const layer = dtype === "float32" ? bench.create() : inDType(bench, dtype);
  inferred(bench, layer);
  tidy(() => {
    for (const [i, weight] of layer.weights.filter(isFloat).entries()) {
      const noise = draw(weight.shape, { dtype: weight.dtype, seed: 100 + i });
      weight.assign(weight.detach().add(noise.mul(0.1)));
    }
  });
  return layer;
}

/** The layer with all that is in it in another dtype. */
function inDType(bench: LayerBench, dtype: DType): AnyLayer {
  const layer = bench.create();
  const config = JSON.stringify(configOf(layer));
  const change = (key: string, value: unknown): unknown =>
    key === "dtype" && value === "float32" ? dtype : value;
  return bench.again(layer, JSON.parse(config, change));
}

function copyWeights(from: AnyLayer, to: AnyLayer): void {
  to.setWeights(from.weights);
}

// Gradients.

/** A layer as a function of one of its inputs, with all outputs in one; of nothing where they are whole numbers. */
class OfOneInput extends Module {
  constructor(
    readonly layer: AnyLayer,
    readonly inputs: readonly Tensor[],
    readonly place: number,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    const isGiven = this.place >= 0;
    const outputs = outputsOf(this.layer, isGiven ? this.inputs.with(this.place, x) : this.inputs);
    const flat = ops.concatenate(outputs.filter(isFloat).map((output) => output.flatten()));
    return isGiven ? flat : ops.add(flat, ops.multiply(x, 0));
  }
}

/** Judges the gradients of the weights and of each input; a backward of the layer's own, where it can be called. */
function checkGradients(layer: AnyLayer, inputs: readonly Tensor[]): void {
  const options = { most: 30 };
  if (inputs.length === 1 && isFloat(inputs[0]) && outputsOf(layer, inputs).length === 1) {
    gradCheck(layer, inputs, options);
    return;
  }
  const places = inputs.flatMap((input, i) => isFloat(input) ? [i] : []);
  for (const place of places.length === 0 ? [-1] : places) {
    const x = inputs[place] ?? tensor([1], { dtype: "float64" });
    gradCheck(new OfOneInput(layer, inputs, place), [x], options);
  }
}

async function isRandom(layer: AnyLayer, inputs: readonly Tensor[]): Promise<boolean> {
  try {
    await expectSame("the output", outputsOf(layer, inputs), outputsOf(layer, inputs));
    return false;
  } catch {
    return true;
  }
}

/** The distance between outputs and what they should have been, or `null` where no output is float. */
function distance(outputs: readonly Tensor[], targets: readonly Tensor[]): Tensor | null {
  return total(outputs.map((output, i) => output.sub(targets[i]).square()));
}

// Files.

/** The layer in a model. */
function modelOf(bench: LayerBench): AnyLayer {
  const layer = built(bench);
  const dtype = inputDType(bench, layer.dtype);
  const inputs = shapesOf(bench).map((shape) => Input({ shape: shape.slice(1), dtype }));
  const isOne = inputs.length === 1;
  const outputs = layer.apply(isOne ? inputs[0] : inputs);
  return bench.track(new Model({ inputs: isOne ? inputs[0] : inputs, outputs }));
}

/** The exporter of a format. */
async function exporterOf(format: string): Promise<Exporter> {
  const { registry } = runtime();
  if (!registry.has("exporter", format)) skip(`no exporter "${format}" is registered`);
  return await registry.create<Exporter>("exporter", format);
}

/** Writes the layer in a model, and reads it back where there is an importer. */
async function throughFile(bench: LayerBench, format: string): Promise<void> {
  const { registry } = runtime();
  const exporter = await exporterOf(format);
  const model = modelOf(bench);
  await withFolder(async (folder) => {
    const path = `${folder}/model${exporter.extensions[0]}`;
    await exporter.export(model, path);
    if (!registry.has("importer", format)) {
      skip(`it is written, but no importer "${format}" is registered to compare with`);
    }
    const importer = await registry.create<Importer>("importer", format);
    const loaded = bench.track(await importer.import(path));
    const inputs = inputsFor(bench);
    await expectSame("the loaded output", outputsOf(loaded, inputs), outputsOf(model, inputs));
  });
}

/** Writes the layer in a model as ONNX, and runs the file for several batches where there is a runtime for it. */
async function throughOnnx(bench: LayerBench): Promise<void> {
  const { onnxRuntime } = bench.options;
  const exporter = await exporterOf("onnx");
  const model = modelOf(bench);
  await withFolder(async (folder) => {
    const path = `${folder}/model.onnx`;
    await exporter.export(model, path);
    if (onnxRuntime === undefined) skip("it is written, but no onnxRuntime was given to run it");
    for (const batch of [1, 3, 32]) {
      const inputs = inputsFor(bench, { batch });
      const actual = await onnxRuntime(path, inputs);
      await expectSame("the output of the file", actual, outputsOf(model, inputs), 1e-5);
    }
  });
}

/**
 * Runs the contract of layers: what every built-in layer is held to.
 *
 * Shapes as inferred for unknown and known batches, both float dtypes, gradients against finite differences in float64,
 * round trips through config, state and file, the same numbers under the same seed, training mode, freezing, no memory
 * left behind, and a step of training that lowers a loss.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts
 * import { Layer, type LayerOptions, ops, type Parameter, type Tensor } from "@tensaur/tensaur";
 * import { checkLayer } from "@tensaur/tensaur/testing";
 *
 * class Scale extends Layer {
 *   factor!: Parameter;
 *   override build(inputShape: number[]) {
 *     this.factor = this.addWeight({ name: "factor", shape: inputShape.slice(-1) });
 *   }
 *   forward(x: Tensor) {
 *     return ops.multiply(x, this.factor);
 *   }
 * }
 *
 * Deno.test("Scale keeps the contract of layers", () =>
 *   checkLayer(Scale, { inputShape: [null, 4], wrongShape: [2, 5] }));
 * ```
 */
export const checkLayer: Check<AnyLayer, LayerCheckOptions> = defineCheck({
  kind: "layer",
  base: Layer,
  release: (layer: AnyLayer) => {
    layer.zeroGrad();
    for (const weight of layer.weights) weight.dispose();
  },
  checks: {
    "is built when the batch is unknown": (bench: LayerBench) => {
      const layer = bench.create();
      inferred(bench, layer);
      expect(layer.built, "it is not built by a call: leave built to the base class");
    },

    "has the output shapes that were inferred, for batches of 1, 3 and 5": (bench) => {
      const layer = built(bench);
      const open = inferred(bench, layer);
      for (const batch of [1, 3, 5]) {
        const symbolic = inferred(bench, layer, knownShapes(bench, batch));
        const actual = outputsOf(layer, inputsFor(bench, { batch }));
        for (const [i, { dims, dtype }] of actual.entries()) {
          const wanted = [symbolic[i], open[i]];
          const fits = wanted.every((w) =>
            w.dtype === dtype && w.ndim === dims.length &&
            w.dims.every((d, axis) => d === null || d === dims[axis])
          );
          const found = wanted.map((w) => `${w.dtype} ${shown(w.dims)}`).join(" and ");
          expect(
            fits,
            `output ${i} is ${dtype} ${
              shown(dims)
            }, but ${found} with an unknown batch were inferred`,
          );
        }
      }
    },

    "computes in float32 and in float64": (bench) => {
      for (const dtype of ["float32", "float64"] as const) {
        const layer = built(bench, dtype);
        const outputs = outputsOf(layer, inputsFor(bench, { dtype }));
        for (const x of [...layer.weights, ...outputs].filter(isFloat)) {
          expect(x.dtype === dtype, `a ${x.dtype} tensor came of a ${dtype} layer, by ${x.origin}`);
        }
      }
    },

    "leaves its input as it is": async (bench) => {
      const layer = built(bench);
      const [inputs, same] = [inputsFor(bench), inputsFor(bench)];
      outputsOf(layer, inputs, true);
      await expectSame("the input", inputs, same);
    },

    "has the gradients that finite differences give": async (bench) => {
      const layer = built(bench, "float64");
      const inputs = inputsFor(bench, { dtype: "float64" });
      if (!outputsOf(layer, inputs).some(isFloat)) skip("its output is not float");
      if (await isRandom(layer, inputs)) skip("it draws random numbers in inference");
      inOneOfThree((seed) =>
        checkGradients(layer, inputsFor(bench, { dtype: "float64", batch: 2, seed }))
      );
    },

    "is the same again when made from its config": async (bench) => {
      const layer = built(bench);
      const again = bench.remade(layer);
      inferred(bench, again);
      copyWeights(layer, again);
      const inputs = inputsFor(bench);
      if (await isRandom(layer, inputs)) return;
      await expectSame("the output", outputsOf(again, inputs), outputsOf(layer, inputs));
    },

    "takes over its state": async (bench) => {
      const layer = built(bench);
      if (layer.weights.length === 0) skip("it has no state");
      const again = bench.create();
      inferred(bench, again);
      again.loadStateDict(layer.stateDict());
      await expectSame("the weights", again.weights, layer.weights);
    },

    "is saved and loaded in a model": (bench) => throughFile(bench, runtime().defaults.modelFormat),

    "draws the same numbers under the same seed": async (bench) => {
      const results = [1, 2].map(() => {
        setSeed(7);
        const layer = bench.create();
        inferred(bench, layer);
        return [...outputsOf(layer, inputsFor(bench), true), ...layer.weights];
      });
      await expectSame("the outputs and weights", results[1], results[0]);
    },

    "is in training and in inference as it is told": async (bench) => {
      const [told, set] = [1, 2].map(() => {
        setSeed(7);
        return built(bench);
      });
      const inputs = inputsFor(bench);
      setSeed(8);
      const training = outputsOf(told, inputs, true);
      setSeed(8);
      const same = outputsOf(set.train(), inputs);
      await expectSame("the output after train()", same, training);
      const inference = outputsOf(set.eval(), inputs);
      if (await isRandom(set, inputs)) return;
      await expectSame("the output after eval()", inference, outputsOf(set, inputs, false));
    },

    "stands still when it is frozen": (bench) => {
      const layer = built(bench);
      layer.trainable = false;
      expect(layer.trainableWeights.length === 0, "it has trainable weights");
      const outputs = outputsOf(layer, inputsFor(bench));
      expect(!outputs.some((output) => output.requiresGrad), "its output asks for gradients");
    },

    "learns: a step down its gradient lowers a loss": (bench) => {
      const layer = built(bench, "float64");
      if (layer.trainableWeights.length === 0) skip("it has no trainable weights");
      const inputs = inputsFor(bench, { dtype: "float64" });
      const targets = outputsOf(layer, inputs).map((output, i) =>
        output.detach().add(draw(output.shape, { dtype: "float64", seed: 50 + i }))
      );
      const loss = distance(outputsOf(layer, inputs), targets);
      if (loss === null) skip("its output is not float");
      loss.backward();
      const weights = layer.trainableWeights.map((weight) => ({ weight, start: weight.detach() }));
      const lowers = [1e-1, 1e-2, 1e-3, 1e-4].some((rate) => {
        for (const { weight, start } of weights) {
          if (weight.grad !== null) weight.assign(start.sub(weight.grad.mul(rate)));
        }
        return distance(outputsOf(layer, inputs), targets)!.item() < loss.item();
      });
      expect(lowers, `no step lowers the loss, which is ${loss.item()}`);
    },

    "frees what it computes with": (bench) => {
      const layer = built(bench);
      const turn = (): void => {
        tidy(() => {
          const sum = total(outputsOf(layer, inputsFor(bench), true));
          if (sum?.requiresGrad) sum.backward();
        });
        layer.zeroGrad();
      };
      turn();
      const expectFreed = watchMemory();
      for (let i = 0; i < 3; i++) turn();
      expectFreed();
    },

    "says what is wrong with an input of another shape": (bench) => {
      const { wrongShape } = bench.options;
      if (wrongShape === undefined) skip("no wrongShape was given");
      const layer = built(bench);
      const shape = wrongShape.map((d) => d ?? 3);
      const input = keep(zeros(shape, { dtype: inputDType(bench, layer.dtype) }));
      let message: string | null = null;
      try {
        layer.apply(input);
      } catch (error) {
        message = (error as Error).message;
      } finally {
        input.dispose();
      }
      expect(message !== null, `it takes an input of shape ${shown(shape)}`);
      const named = [shape, shape.slice(1)].some((dims) => message?.includes(shown(dims)));
      expect(named, `its error does not name the shape ${shown(shape)}: ${message}`);
    },

    "computes the same as ONNX": (bench) => throughOnnx(bench),
  },
});
