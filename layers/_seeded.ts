import { Layer, type LayerOptions } from "../core/layer.ts";
import { RandomGenerator } from "../core/random.ts";
import type { Config } from "../core/serialization.ts";

/** Options of layers that draw random numbers. */
export interface SeededLayerOptions extends LayerOptions {
  /** Draws of its own, from this whole number; without it, from the generator that `setSeed` seeds. @default null */
  seed?: number | null;
}

/** The base of layers that draw random numbers. */
export abstract class SeededLayer extends Layer {
  readonly seed: number | null;
  readonly #generator: RandomGenerator | undefined;

  constructor(options: SeededLayerOptions) {
    super(options);
    const { seed = null } = options;
    this.seed = seed;
    this.#generator = seed === null ? undefined : new RandomGenerator(seed);
  }

  /** Where its draws come from; the runtime's generator where it has none of its own. */
  override get generator(): RandomGenerator | undefined {
    return this.#generator;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), seed: this.seed };
  }
}
