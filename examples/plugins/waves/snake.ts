/**
 * A layer with a gradient written by hand, and a kernel that computes it in one loop.
 *
 * @module
 */

import {
  type Config,
  customOp,
  type Kernel,
  type KernelOperand,
  Layer,
  type LayerOptions,
  ops,
  type Parameter,
  type Tensor,
} from "@tensaur/tensaur";

type Floats = Float32Array | Float64Array;

/** The values of an operand, in place, on any backend whose memory the host can see. */
function valuesOf({ storage, dtype, size }: KernelOperand): Floats {
  return storage.backend.view!(storage, dtype, size) as Floats;
}

/** `x + sin²(a·x) / a` in one pass, where the definition takes five. */
const kernel: Kernel = {
  run([xs, frequencies], [outputs]) {
    const [x, a, y] = [xs, frequencies, outputs].map(valuesOf);
    for (let i = 0; i < x.length; i++) {
      const frequency = a[i % a.length];
      const wave = Math.sin(frequency * x[i]);
      y[i] = x[i] + wave * wave / frequency;
    }
  },
};

/** `x + sin²(a·x) / a`: `[…, features]` and `[features]` to `[…, features]`. */
export const snake = customOp({
  name: "waves>snake",
  forward: ([x, a]) => ops.add(x, ops.divide(ops.square(ops.sin(ops.multiply(x, a))), a)),
  backward: (gradient, { inputs: [x, a] }) => {
    const phase = ops.multiply(x, a);
    const slope = ops.sin(ops.multiply(phase, 2));
    const height = ops.divide(ops.square(ops.sin(phase)), a);
    const ofFrequency = ops.divide(ops.subtract(ops.multiply(x, slope), height), a);
    return [
      ops.multiply(gradient, ops.add(slope, 1)),
      ops.sum(ops.multiply(gradient, ofFrequency), { axis: x.shape.slice(1).map((_, i) => i) }),
    ];
  },
  infer: ([x]) => x,
  kernels: { wasm: kernel, native: kernel, reference: kernel },
});

/** Options of {@linkcode Snake}. */
export interface SnakeOptions extends LayerOptions {
  /** The first frequency of each feature, above 0. @default 1 */
  frequency?: number;
}

/**
 * An activation that repeats itself, with a trained frequency for each feature: networks of it go on with a period
 * where others go on straight.
 *
 * `y = x + sin²(a·x) / a`
 *
 * `[batch, …, features]` to the same.
 *
 * @throws {RangeError} When the frequency is not above 0.
 *
 * Liu, Hartwig, Ueda, "Neural Networks Fail to Learn Periodic Functions and How to Fix It", 2020.
 */
export class Snake extends Layer {
  /** The first frequency of each feature. */
  readonly frequency: number;
  /** The frequencies, `[features]`. */
  a!: Parameter;

  constructor(options: SnakeOptions = {}) {
    super(options);
    const { frequency = 1 } = options;
    if (!(frequency > 0)) {
      throw new RangeError(
        `Cannot make a Snake layer as frequency must be above 0: current frequency is ${frequency}`,
      );
    }
    this.frequency = frequency;
  }

  override build(inputShape: number[]): void {
    const initializer = { className: "Constant", config: { value: this.frequency } };
    this.a = this.addWeight({ name: "a", shape: [inputShape.at(-1)!], initializer });
  }

  forward(x: Tensor): Tensor {
    return snake([x, this.a]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), frequency: this.frequency };
  }
}
