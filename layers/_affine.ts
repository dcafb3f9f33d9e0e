import type { Constraint, Initializer, Regularizer } from "../core/initializer.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { numberIn } from "../core/options.ts";
import {
  type Config,
  type Identifier,
  resolve,
  resolveOptional,
  serialize,
  serializeOptional,
} from "../core/serialization.ts";
import type { Shape } from "../core/shape.ts";
import type { Parameter } from "../core/variable.ts";
import type { WeightLayouts } from "../core/weight_layout.ts";

/** Options of layers that normalize and then learn a scale and an offset. */
export interface AffineLayerOptions extends LayerOptions {
  /** What is added to the variance, finite and from 0 on. @default 0.001 */
  epsilon?: number;
  /** Whether an offset, `beta`, is learnt. @default true */
  center?: boolean;
  /** Whether a scale, `gamma`, is learnt. @default true */
  scale?: boolean;
  /** @default "zeros" */
  betaInitializer?: Identifier<Initializer>;
  /** @default "ones" */
  gammaInitializer?: Identifier<Initializer>;
  /** What the offset costs. @default null */
  betaRegularizer?: Identifier<Regularizer> | null;
  /** What the scale costs. @default null */
  gammaRegularizer?: Identifier<Regularizer> | null;
  /** Keeps the offset in bounds. @default null */
  betaConstraint?: Identifier<Constraint> | null;
  /** Keeps the scale in bounds. @default null */
  gammaConstraint?: Identifier<Constraint> | null;
}

/** The base of layers that normalize and then learn a scale and an offset. */
export abstract class AffineLayer extends Layer {
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly betaInitializer: Initializer;
  readonly gammaInitializer: Initializer;
  readonly betaRegularizer: Regularizer | null;
  readonly gammaRegularizer: Regularizer | null;
  readonly betaConstraint: Constraint | null;
  readonly gammaConstraint: Constraint | null;
  gamma: Parameter | null = null;
  beta: Parameter | null = null;

  constructor(kind: string, options: AffineLayerOptions) {
    super(options);
    const { epsilon = 1e-3, center = true, scale = true } = options;
    this.epsilon = numberIn("finite and from 0 on", `make a ${kind} layer`, "epsilon", epsilon);
    this.center = center;
    this.scale = scale;
    this.betaInitializer = resolve("initializer", options.betaInitializer ?? "zeros");
    this.gammaInitializer = resolve("initializer", options.gammaInitializer ?? "ones");
    this.betaRegularizer = resolveOptional("regularizer", options.betaRegularizer);
    this.gammaRegularizer = resolveOptional("regularizer", options.gammaRegularizer);
    this.betaConstraint = resolveOptional("constraint", options.betaConstraint);
    this.gammaConstraint = resolveOptional("constraint", options.gammaConstraint);
  }

  /** Makes the scale and the offset, as far as they are wanted. */
  protected buildAffine(shape: Shape): void {
    if (this.scale) {
      this.gamma = this.addWeight({
        name: "gamma",
        shape,
        initializer: this.gammaInitializer,
        regularizer: this.gammaRegularizer,
        constraint: this.gammaConstraint,
      });
    }
    if (this.center) {
      this.beta = this.addWeight({
        name: "beta",
        shape,
        initializer: this.betaInitializer,
        regularizer: this.betaRegularizer,
        constraint: this.betaConstraint,
      });
    }
  }

  override weightLayouts(framework: string): WeightLayouts {
    if (framework !== "pytorch") return {};
    return {
      gamma: { name: "weight", features: ["input"] },
      beta: { name: "bias", features: ["input"] },
    };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      betaInitializer: serialize("initializer", this.betaInitializer),
      gammaInitializer: serialize("initializer", this.gammaInitializer),
      betaRegularizer: serializeOptional("regularizer", this.betaRegularizer),
      gammaRegularizer: serializeOptional("regularizer", this.gammaRegularizer),
      betaConstraint: serializeOptional("constraint", this.betaConstraint),
      gammaConstraint: serializeOptional("constraint", this.gammaConstraint),
    };
  }
}
