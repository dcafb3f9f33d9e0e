/**
 * The chain rule by hand: modules with a `backward` of their own, judged by `gradCheck`.
 *
 *     deno run examples/manual_backprop.ts
 *
 * @module
 */

import {
  gradCheck,
  losses,
  Module,
  noGrad,
  ops,
  Parameter,
  randn,
  setSeed,
  type Tensor,
  tensor,
} from "@tensaur/tensaur";

const float64 = { dtype: "float64" } as const;

/** y = x W + b, so dx = dy Wᵀ, dW = xᵀ dy and db = the sum of dy over the batch. */
class Linear extends Module {
  weight: Parameter;
  bias: Parameter;
  #x!: Tensor;

  constructor(features: number, units: number) {
    super();
    this.weight = new Parameter(randn([features, units], float64).mul(1 / Math.sqrt(features)));
    this.bias = new Parameter(new Float64Array(units));
  }

  forward(x: Tensor): Tensor {
    this.#x = x;
    return ops.add(ops.matmul(x, this.weight), this.bias);
  }

  override backward(dy: Tensor): Tensor {
    this.weight.grad = ops.matmul(this.#x, dy, { transposeA: true }).keep();
    this.bias.grad = ops.sum(dy, { axis: 0 }).keep();
    return ops.matmul(dy, this.weight, { transposeB: true });
  }
}

/** y = tanh x, so dx = dy (1 − y²). */
class Tanh extends Module {
  #y!: Tensor;

  forward(x: Tensor): Tensor {
    return this.#y = ops.tanh(x);
  }

  override backward(dy: Tensor): Tensor {
    return dy.mul(ops.subtract(1, this.#y.square()));
  }
}

/** One after another; backward in the other direction. */
class Chain extends Module {
  constructor(readonly parts: Module[]) {
    super();
  }

  forward(x: Tensor): Tensor {
    return this.parts.reduce((h, part) => part.apply(h), x);
  }

  override backward(dy: Tensor): Tensor {
    return this.parts.reduceRight((g, part) => part.backward(g)!, dy);
  }
}

setSeed(3);
const model = new Chain([new Linear(1, 16), new Tanh(), new Linear(16, 1)]);

const { checked, worst } = gradCheck(model, [randn([5, 1], float64)]);
console.log(
  `${checked} derivatives agree with finite differences to ${worst!.error.toExponential(1)}`,
);

// Learn y = sin x on [−3, 3].
const x = tensor(Array.from({ length: 64 }, (_, i) => [-3 + 6 * i / 63]), float64);
const y = ops.sin(x);
const loss = new losses.MeanSquaredError();
noGrad(() => {
  for (let step = 0; step <= 4000; step++) {
    const value = loss.forward(model.apply(x), y);
    model.backward(loss.backward());
    const gradients = model.grads();
    model.parameters().forEach((p, i) => p.assign(p.sub(gradients[i]!.mul(0.03))));
    if (step % 1000 === 0) console.log(`step ${step}: loss ${value.item().toFixed(5)}`);
  }
});
