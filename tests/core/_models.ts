/** Layers and models that tests of functional models share. */

import { assert, assertEquals } from "@std/assert";
import { type AnyModel, layers, type Model, ops, type Tensor } from "../../mod.ts";

/** A Dense layer of that width. */
export function dense(units: number, options: Partial<layers.DenseOptions> = {}): layers.Dense {
  return new layers.Dense({ units, ...options });
}

/** The two are close. */
export function same(a: Tensor, b: Tensor): void {
  assert(ops.allclose(a, b, { rtol: 1e-6, atol: 1e-6 }).item(), `${a}\n${b}`);
}

/** Made again from its config as JSON, with the same weights. */
export function again<M extends AnyModel>(made: M): M {
  const { fromConfig } = made.constructor as typeof Model;
  const config = JSON.parse(JSON.stringify(made.getConfig()));
  const copy = fromConfig.call(made.constructor as typeof Model, config) as M;
  assertEquals(copy.getConfig(), made.getConfig());
  copy.loadStateDict(made.stateDict());
  return copy;
}
