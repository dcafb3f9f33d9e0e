/** Every layer computes, forward and backward, what Keras computes: rtol 1e-12 in float64. */

import { type Layer, registry, type Tensor, tensor } from "../../mod.ts";
import { assertGolden, type GoldenTensor, readGolden } from "../golden/read_golden.ts";
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

for (const golden of readGolden("layers")) {
  const { layer: name, config } = golden;
  Deno.test(`${name}(${JSON.stringify(config)}) on [${golden.input.shape}] computes as Keras does`, () => {
    const layer = registry.build<Layer>("layer", name, { ...config, dtype: "float64" });
    const input = fromGolden(golden.input).requiresGrad_();
    layer.buildFor(input.shape);
    layer.setWeights(golden.weights.map(fromGolden));

    const output = layer.apply(input);
    assertTensor("output", output, golden.output);

    output.backward({ gradient: fromGolden(golden.cotangent) });
    const rtol = FLOAT32_IN_PYTORCH.includes(String(config.activation)) ? 1e-7 : undefined;
    assertTensor("gradient of the input", input.grad!, golden.gradient, rtol);
    golden.weightGradients.forEach((expected, i) => {
      const { name, grad } = layer.parameters()[i];
      assertTensor(`gradient of "${name}"`, grad!, expected);
    });
  });
}
