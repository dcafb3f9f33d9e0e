/**
 * The contract of backends.
 *
 * @module
 */

import { Backend, losses, optimizers, runtime, type Tensor } from "../mod.ts";
import {
  Bench,
  type CheckOptions,
  type Checks,
  make,
  runContract,
  type Subject,
} from "./contract.ts";
import { smallModel, sums } from "./model.ts";
import { expect } from "./outcome.ts";
import type { ContractReport } from "./report.ts";

/** Options of {@linkcode checkBackend}. */
export interface BackendCheckOptions extends CheckOptions {
  /** Primitives that may run on the reference kernel in float32, by name. @default none */
  mayFallBack?: readonly string[];
}
