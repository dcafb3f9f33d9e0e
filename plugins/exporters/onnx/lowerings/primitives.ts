/**
 * How every primitive is written in ONNX: one total table, so that the compiler names what is missing.
 *
 * @module
 */

import type { Rules } from "../lowering.ts";
import { elementwise } from "./elementwise.ts";
import { movement } from "./movement.ts";
import { reductions } from "./reductions.ts";
import { windows } from "./windows.ts";

/** The rule of each primitive. */
export const primitiveRules: Rules = {
  ...elementwise,
  ...reductions,
  ...movement,
  ...windows,
  random: { without: "it depends on no input, and is drawn while the model is traced" },
};
