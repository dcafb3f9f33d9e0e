/** Models of any shape in files: what was written comes back, and training goes on. */

import { assert, assertEquals } from "@std/assert";
import {
  type History,
  Input,
  layers,
  loadModel,
  Model,
  model,
  ops,
  Parameter,
  randn,
  registry,
  sequential,
  setSeed,
  type Tensor,
} from "../../mod.ts";
import { inFolder } from "./_files.ts";
import { dense } from "../core/_models.ts";

const x = { a: randn([32, 4], { seed: 1 }), b: randn([32, 4], { seed: 2 }) };
const y = { value: randn([32, 1], { seed: 3 }), kind: randn([32, 2], { seed: 4 }) };

type Two = { a: Tensor; b: Tensor };

/** Everything that a functional model may have: branches, normalization, dropout, shared layers, models, weights of its own. */
function everything(): Model<Two, { value: Tensor; kind: Tensor }> {
  setSeed(1);
  const [a, b] = [Input({ shape: [4], name: "a" }), Input({ shape: [4], name: "b" })];
  const shared = dense(6, { activation: "tanh" });
  const block = (() => {
    const z = Input({ shape: [6] });
    const inner = new layers.BatchNormalization().apply(z);
    return model({
      inputs: z,
      outputs: ops.relu(ops.add(inner, dense(6).apply(z))),
      name: "block",
    });
  })();
  const scale = new Parameter([1, 2, 3, 4, 5, 6], { name: "scale" });
  const fixed = new Parameter([0.5], { name: "fixed", trainable: false });
  const joined = new layers.Add().apply([shared.apply(a), block.apply(shared.apply(b))]);
  const h = new layers.Dropout({ rate: 0.3 }).apply(ops.multiply(joined, scale));
  const value = dense(1).apply(
    ops.concatenate([block.apply(h), ops.multiply(h, fixed)], { axis: -1 }),
  );
  return new Model({
    inputs: { a, b },
    outputs: { value, kind: sequential([dense(3), dense(2)]).apply(h) },
  });
}

function compiled(): ReturnType<typeof everything> {
  const made = everything();
  made.compile({
    optimizer: "adam",
    loss: { value: "mse", kind: "mae" },
    lossWeights: { kind: 0.5 },
  });
  return made;
}

/** Two epochs, whose draws depend on the first alone. */
function epochs(made: Model, initialEpoch: number): Promise<History> {
  setSeed(10 + initialEpoch);
  const inputs = x as unknown as Tensor;
  return made.fit(inputs, y, { epochs: initialEpoch + 2, initialEpoch, batchSize: 8, verbose: 0 });
}

function stateOf(made: Model): unknown {
  const state = [made.stateDict(), made.optimizer.stateDict(made.parameters())];
  return state.map((part) =>
    Object.entries(part).map(([name, t]) => [name, t.dtype, t.shape, t.dataSync()])
  );
}

Deno.test("a functional model with all that it may have trains on from its file as if it had never stopped", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    const straight = compiled() as unknown as Model;
    await epochs(straight, 0);
    await straight.save(path);
    const loaded = await loadModel(path);
    assertEquals(stateOf(loaded), stateOf(straight));
    assertEquals(loaded.getConfig(), straight.getConfig());
    const histories = [await epochs(straight, 2), await epochs(loaded, 2)];
    assertEquals(histories[1].history, histories[0].history);
    assertEquals(stateOf(loaded), stateOf(straight));
    assertEquals(loaded.stateDict()["variables.fixed"].item(), 0.5);
  }));

Deno.test("a model file knows what is frozen, and what was made untrainable, when all is thawed", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    const made = everything();
    const trainable = made.trainableWeights.length;
    assertEquals(made.parameters().length, trainable + 1);
    made.trainable = false;
    await made.save(path);
    const loaded = await loadModel(path);
    assertEquals(loaded.trainableWeights.length, 0);
    loaded.trainable = true;
    assertEquals(loaded.trainableWeights.length, trainable);
  }));

class Gated extends Model<Two, Tensor[]> {
  readonly left = dense(3);
  readonly gate = sequential([dense(3, { activation: "sigmoid" })]);

  override forward({ a, b }: Two): Tensor[] {
    return [ops.multiply(this.left.apply(a), this.gate.apply(b)), ops.add(a, b)];
  }
}

registry.add({
  name: "gates",
  version: "1.0.0",
  plugins: [{ kind: "layer", name: "Gated", value: Gated }],
});

Deno.test("a subclassed model of several inputs comes back from its file built, with its weights", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    const made = new Gated();
    made.compile({ optimizer: "sgd", loss: ["mse", null] });
    await made.fit(x, [randn([32, 3], { seed: 5 }), y.kind.matmul(randn([2, 4]))], { verbose: 0 });
    await made.save(path);
    const loaded = await loadModel(path) as unknown as Gated;
    assert(loaded instanceof Gated && loaded.built);
    assertEquals(loaded.inputSignature, made.inputSignature);
    const [actual, expected] = [loaded.apply(x), made.apply(x)];
    actual.forEach((part, i) => assertEquals(part.dataSync(), expected[i].dataSync()));
  }));
