/** Updates of many parameters in one call of a kernel: the same numbers as one by one. */

import { assertEquals } from "@std/assert";
import {
  type DType,
  type Optimizer,
  optimizers,
  Parameter,
  randn,
  setBackend,
  tidy,
  zeros,
} from "../../mod.ts";
import { WasmBackend } from "../../plugins/backends/wasm/backend.ts";

/** More than one call takes, of sizes that end within a vector, and one that threads share. */
const SHAPES = [...Array.from({ length: 100 }, (_, i) => [1 + i % 13]), [300, 301], [0], []];

const OPTIMIZERS: Readonly<Record<string, () => Optimizer>> = {
  "SGD": () => new optimizers.SGD({ weightDecay: 0.1, useEma: true, emaMomentum: 0.5 }),
  "SGD with momentum": () => new optimizers.SGD({ momentum: 0.9, nesterov: true }),
  "Adam": () => new optimizers.Adam({ weightDecay: 0.1 }),
  "Adam with amsgrad": () => new optimizers.Adam({ amsgrad: true }),
  "RMSprop": () => new optimizers.RMSprop(),
  "Lion, which updates by itself": () => new optimizers.Lion(),
};

function parametersOf(dtypeOf: (i: number) => DType = () => "float32"): Parameter[] {
  return SHAPES.map((shape, i) => new Parameter(randn(shape, { dtype: dtypeOf(i), seed: i })));
}

/** Three steps of the parameters at some places. */
function steps(
  optimizer: Optimizer,
  parameters: readonly Parameter[],
  places: readonly number[],
): void {
  for (let step = 0; step < 3; step++) {
    tidy(() =>
      optimizer.applyGradients(places.map((i) => {
        const { shape, dtype } = parameters[i];
        return [randn(shape, { dtype, seed: step * 1000 + i }), parameters[i]];
      }))
    );
  }
}

const everyOne = SHAPES.map((_, i) => i);

for (const threads of [1, 2]) {
  for (const [name, make] of Object.entries(OPTIMIZERS)) {
    Deno.test(`${name} updates all parameters as it updates each, on ${threads} threads`, async () => {
      const backend = new WasmBackend({ threads });
      await setBackend(backend);
      try {
        await backend.startThreads();
        const [together, apart] = [parametersOf(), parametersOf()];
        steps(make(), together, everyOne);
        for (const i of everyOne) steps(make(), apart, [i]);
        for (const i of everyOne) assertEquals(together[i].toArray(), apart[i].toArray(), `${i}`);
      } finally {
        await setBackend("wasm");
        backend.dispose();
      }
    });
  }
}

Deno.test("an update in place, one that is composed and one of the same parameter keep their order", () => {
  const make = () => new optimizers.SGD({ learningRate: 0.1, momentum: 0.9 });
  const mixed = (i: number): DType => i % 3 === 0 ? "float64" : "float32";
  const [together, apart] = [parametersOf(mixed), parametersOf(mixed)];
  // What somebody else sees as well is not written in place.
  const seen = together[1].detach();
  const before = seen.toArray();
  steps(make(), together, everyOne);
  for (const i of everyOne) steps(make(), apart, [i]);
  for (const i of everyOne) assertEquals(together[i].toArray(), apart[i].toArray(), `${i}`);
  assertEquals(seen.toArray(), before);

  const [twice, once] = [new Parameter(zeros([5])), new Parameter(zeros([5]))];
  const [g1, g2] = [randn([5], { seed: 1 }), randn([5], { seed: 2 })];
  make().applyGradients([[g1, twice], [g2, twice]]);
  const optimizer = make();
  optimizer.applyGradients([[g1, once]]);
  optimizer.applyGradients([[g2, once]]);
  assertEquals(twice.toArray(), once.toArray());
});
