import type { ActivationFunction } from "../core/initializer.ts";
import { type FusedActivation } from "../core/ops/mod.ts";
import { isFusedActivation } from "../core/ops/epilogue.ts";
import { BUILT_IN_PACKAGE } from "../core/registry.ts";
import { runtime } from "../core/runtime.ts";

/** The name under which kernels fuse an activation with the product before it; `null` where none does. */
export function fusedActivation(activation: ActivationFunction | null): FusedActivation | null {
  if (activation === null) return "linear";
  const known = runtime().registry.describeValue(activation);
  if (known === null || known.package !== BUILT_IN_PACKAGE) return null;
  return isFusedActivation(known.name) ? known.name : null;
}
