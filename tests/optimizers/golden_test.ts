import { type Optimizer, Parameter, registry, tensor } from "../../mod.ts";
import {
  assertGolden,
  type GoldenTensor,
  type OptimizerCase,
  type OptimizerFile,
  readGolden,
} from "../golden/read_golden.ts";

const NEAR = { rtol: 1e-12, atol: 1e-14 };

function titleOf(library: string, { optimizer, config }: OptimizerCase): string {
  const options = JSON.stringify(config).replaceAll('"', "");
  return `${optimizer}.applyGradients() follows ${library} for 20 steps with ${options}`;
}

function tensorOf({ data, shape, dtype }: GoldenTensor) {
  return tensor(data, { shape, dtype });
}

async function follow(file: OptimizerFile, { optimizer, config, ...golden }: OptimizerCase) {
  const made = await registry.create<Optimizer>("optimizer", optimizer, config);
  const parameters = file.parameters.map((values) => new Parameter(tensorOf(values)));
  file.gradients.forEach((gradients, step) => {
    made.applyGradients(gradients.map((g, i) => [tensorOf(g), parameters[i]] as const));
    golden.trajectory[step].forEach((expected, i) =>
      assertGolden(`parameter ${i} after step ${step}`, parameters[i].dataSync(), expected, NEAR)
    );
  });
  if (golden.finalized === undefined) return;
  made.finalizeVariableValues();
  golden.finalized.forEach((expected, i) =>
    assertGolden(`average of parameter ${i}`, parameters[i].dataSync(), expected, NEAR)
  );
}

for (const [name, library] of [["optimizers", "Keras"], ["torchOptimizers", "PyTorch"]] as const) {
  const file = readGolden(name);
  for (const golden of file.cases) {
    Deno.test(titleOf(library, golden), () => follow(file, golden));
  }
}
