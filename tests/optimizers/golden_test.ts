import { type DType, type Optimizer, Parameter, registry, tensor } from "../../mod.ts";
import {
  assertGolden,
  type GoldenTensor,
  type OptimizerCase,
  type OptimizerFile,
  readGolden,
  type Tolerance,
} from "../golden/read_golden.ts";

/** float64 shows that the rules are the same; float32 that the fused kernels follow them. */
const PRECISIONS: [DType, Tolerance][] = [
  ["float64", { rtol: 1e-12, atol: 1e-14 }],
  ["float32", { rtol: 2e-5, atol: 2e-6 }],
];

async function follow(
  file: OptimizerFile,
  { optimizer, config, ...golden }: OptimizerCase,
  dtype: DType,
  near: Tolerance,
): Promise<void> {
  const tensorOf = ({ data, shape }: GoldenTensor) => tensor(data, { shape, dtype });
  const made = await registry.create<Optimizer>("optimizer", optimizer, config);
  const parameters = file.parameters.map((values) => new Parameter(tensorOf(values)));
  file.gradients.forEach((gradients, step) => {
    made.applyGradients(gradients.map((g, i) => [tensorOf(g), parameters[i]] as const));
    golden.trajectory[step].forEach((expected, i) =>
      assertGolden(`parameter ${i} after step ${step}`, parameters[i].dataSync(), expected, near)
    );
  });
  if (golden.finalized === undefined) return;
  made.finalizeVariableValues();
  golden.finalized.forEach((expected, i) =>
    assertGolden(`average of parameter ${i}`, parameters[i].dataSync(), expected, near)
  );
}

for (const [name, library] of [["optimizers", "Keras"], ["torchOptimizers", "PyTorch"]] as const) {
  const file = readGolden(name);
  for (const golden of file.cases) {
    const options = JSON.stringify(golden.config).replaceAll('"', "");
    for (const [dtype, near] of PRECISIONS) {
      Deno.test(
        `${golden.optimizer}.applyGradients() follows ${library} for 20 steps in ${dtype} with ${options}`,
        () => follow(file, golden, dtype, near),
      );
    }
  }
}
