/** Every layer computes, forward and backward, what Keras computes: rtol 1e-12 in float64. */

import { type AnyLayer, type layers, registry, type Tensor, tensor } from "../../mod.ts";
import {
  assertGolden,
  type GoldenTensor,
  type LayerCase,
  readGolden,
} from "../golden/read_golden.ts";
import { assertEquals } from "@std/assert";

function fromGolden({ data, shape, dtype }: GoldenTensor): Tensor {
  return tensor(data, { shape, dtype });
}

/** PyTorch keeps a constant of these gradients in float32, so its float64 has eight digits. */
const FLOAT32_IN_PYTORCH = ["hard_sigmoid"];

function assertTensor(what: string, actual: Tensor, expected: GoldenTensor, rtol = 1e-12): void {
  assertEquals(actual.shape, expected.shape, what);
  assertGolden(what, actual.dataSync(), expected.data, { rtol, atol: 1e-14 });
}

function assertWeights(what: string, layer: AnyLayer, expected: GoldenTensor[]): void {
  assertEquals(layer.weights.length, expected.length, what);
  layer.weights.forEach((weight, i) =>
    assertTensor(`"${weight.name}" ${what}`, weight, expected[i])
  );
}

/** What the layer takes: a tensor, or the list of them. */
function applied(golden: LayerCase, layer: AnyLayer, inputs: Tensor[]): Tensor {
  const given = golden.inputs === undefined ? inputs[0] : inputs;
  return layer.apply(given, { training: golden.training ?? false }) as Tensor;
}

function titleOf({ layer, config, training, adapt, ...golden }: LayerCase): string {
  const shapes = (golden.inputs ?? [golden.input!]).map(({ shape }) => `[${shape}]`).join(" and ");
  const mode = adapt ? ", once adapted," : training ? " in training" : "";
  return `${layer}(${JSON.stringify(config)}) on ${shapes}${mode} computes as Keras does`;
}

for (const golden of [...readGolden("layers"), ...readGolden("convolutionLayers")]) {
  const { layer: name, config } = golden;
  Deno.test(titleOf(golden), async () => {
    const layer = registry.build<AnyLayer>("layer", name, { ...config, dtype: "float64" });
    const expected = golden.gradients ?? [golden.gradient ?? null];
    const inputs = (golden.inputs ?? [golden.input!]).map((input, i) =>
      fromGolden(input).requiresGrad_(expected[i] !== null)
    );
    if (golden.adapt === undefined) {
      layer.ensureBuilt(golden.inputs === undefined ? inputs[0] : inputs);
      // Statistics that are given as options are no weights in Keras.
      if (golden.weights.length > 0) layer.setWeights(golden.weights.map(fromGolden));
    } else {
      await (layer as layers.Normalization).adapt(fromGolden(golden.adapt));
      assertWeights("after adapting", layer, golden.weights);
    }

    const output = applied(golden, layer, inputs);
    assertTensor("output", output, golden.output);
    if (golden.weightsAfter !== undefined) assertWeights("afterwards", layer, golden.weightsAfter);
    if (!output.requiresGrad) return;

    output.backward({ gradient: fromGolden(golden.cotangent) });
    const rtol = FLOAT32_IN_PYTORCH.includes(String(config.activation)) ? 1e-7 : undefined;
    expected.forEach((gradient, i) => {
      if (gradient !== null) {
        assertTensor(`gradient of input ${i}`, inputs[i].grad!, gradient, rtol);
      }
    });
    golden.weightGradients.forEach((gradient, i) => {
      const { name, grad } = layer.parameters()[i];
      assertTensor(`gradient of "${name}"`, grad!, gradient);
    });
  });
}
