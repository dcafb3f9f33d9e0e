import { type Metric, registry, tensor } from "../../mod.ts";
import {
  assertGolden,
  type GoldenTensor,
  type MetricCase,
  readGolden,
} from "../golden/read_golden.ts";

const NEAR = { rtol: 1e-12, atol: 1e-14 };

function tensorOf({ data, shape, dtype }: GoldenTensor) {
  return tensor(data, { shape, dtype });
}

function titleOf({ metric, config, updates }: MetricCase): string {
  const options = JSON.stringify(config).replaceAll('"', "");
  const inputs = Object.entries(updates[0]).map(([name, { shape }]) => `${name} [${shape}]`);
  return `${metric}.updateState() follows Keras over three batches with ${options} on ${
    inputs.join(", ")
  }`;
}

for (const golden of readGolden("metrics")) {
  Deno.test(titleOf(golden), async () => {
    const config = { ...golden.config, dtype: "float64" };
    const metric = await registry.create<Metric>("metric", golden.metric, config);
    golden.updates.forEach(({ values, yTrue, yPred, sampleWeight }, i) => {
      const weight = sampleWeight === undefined ? [] : [tensorOf(sampleWeight)];
      const inputs = values === undefined ? [yTrue!, yPred!] : [values];
      metric.updateState(...[...inputs.map(tensorOf), ...weight] as Parameters<
        Metric["updateState"]
      >);
      const after = `result after batch ${i}`;
      assertGolden(after, metric.result().dataSync(), [golden.results[i]], NEAR);
    });
    metric.resetState();
    assertGolden("result after a reset", metric.result().dataSync(), [0]);
  });
}
