/**
 * The graph that recording leaves behind: one node for an operation, holding what its gradient rule
 * needs.
 *
 * @module
 */

import type { Tensor } from "./tensor.ts";

/** What a gradient rule sees of the recorded operation. */
export interface GradientContext<Attributes> {
  /** What the operation took. */
  readonly inputs: readonly Tensor[];
  /** What it gave. */
  readonly outputs: readonly Tensor[];
  /** Its attributes. */
  readonly attributes: Attributes;
  /** Which inputs need a gradient; a rule may return `null` for the others. */
  readonly needs: readonly boolean[];
}

/**
 * The gradients of the inputs, from those of the outputs; `null` for an output that nothing depends
 * on, and for an input that has no gradient.
 */
export type CompositeGradient<Attributes> = (
  context: GradientContext<Attributes>,
  gradients: readonly (Tensor | null)[],
) => readonly (Tensor | null)[];

let created = 0;

/** A recorded operation. Nodes are numbered in the order of their making: inputs come before users. */
export class GraphNode {
  /** Its number, in the order of making. */
  readonly id: number = created++;
  /** What the operation took; nothing once the node was released. */
  inputs: readonly Tensor[];
  readonly #versions: readonly number[] | null;
  #released = false;

  /** Made while recording. */
  constructor(
    /** The primitive or composite. */
    readonly operation: string,
    inputs: readonly Tensor[],
    /** What it gave. */
    readonly outputs: readonly Tensor[],
    /** Its attributes. */
    readonly attributes: unknown,
    /** The rule of a composite; a primitive's stands in the gradient table. */
    readonly gradient: CompositeGradient<unknown> | null,
  ) {
    this.inputs = inputs;
    this.#versions = inputs.some((input) => input.isVariable)
      ? inputs.map((input) => input.version)
      : null;
  }

  /** Lets go of the inputs; the graph cannot be walked through this node again. */
  release(): void {
    this.#released = true;
    this.inputs = [];
  }

  /** Whether an earlier backward pass freed it. */
  get isReleased(): boolean {
    return this.#released;
  }

  /** The first variable among the inputs that was assigned to since the operation ran. */
  get changedInput(): Tensor | null {
    if (this.#versions === null) return null;
    for (let i = 0; i < this.inputs.length; i++) {
      if (this.inputs[i].version !== this.#versions[i]) return this.inputs[i];
    }
    return null;
  }
}
