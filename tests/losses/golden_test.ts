import { type Loss, registry, tensor } from "../../mod.ts";
import {
  assertGolden,
  type GoldenTensor,
  type LossCase,
  readGolden,
} from "../golden/read_golden.ts";

const NEAR = { rtol: 1e-12, atol: 1e-14 };

function tensorOf({ data, shape, dtype }: GoldenTensor) {
  return tensor(data, { shape, dtype });
}

function titleOf({ loss, config, yTrue, yPred, sampleWeight, note = "" }: LossCase): string {
  const options = JSON.stringify(config).replaceAll('"', "");
  const shapes = `[${yTrue.shape}] and [${yPred.shape}]`;
  const weights = sampleWeight === undefined ? "" : ` weighed by [${sampleWeight.shape}]`;
  return `${loss}.call() follows Keras with ${options} on ${shapes}${weights} ${note}`.trim();
}

const titles = new Map<string, number>();
for (const golden of readGolden("losses")) {
  const title = titleOf(golden);
  const count = (titles.get(title) ?? 0) + 1;
  titles.set(title, count);
  Deno.test(count === 1 ? title : `${title}, case ${count}`, async () => {
    const loss = await registry.create<Loss>("loss", golden.loss, golden.config);
    const yPred = tensorOf(golden.yPred).requiresGrad_();
    const weight = golden.sampleWeight === undefined ? null : tensorOf(golden.sampleWeight);
    const output = loss.call(tensorOf(golden.yTrue), yPred, weight);
    assertGolden("loss", output.dataSync(), golden.output.data, NEAR);
    output.sum().backward();
    assertGolden("gradient", yPred.grad!.dataSync(), golden.gradient.data, NEAR);
  });
}
