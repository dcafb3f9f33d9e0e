/**
 * State as it is written: values by path.
 *
 * @module
 */

import type { StateDict } from "../../core/module.ts";
import type { TensorValues } from "./safetensors/encode.ts";

/** Reads the values of a state out of its backend, and frees it. */
export async function readState(
  state: StateDict,
  prefix = "",
): Promise<Map<string, TensorValues>> {
  const values = new Map<string, TensorValues>();
  for (const [path, tensor] of Object.entries(state)) {
    const { dtype, shape } = tensor;
    values.set(prefix + path, { dtype, shape, data: await tensor.data() });
    tensor.dispose();
  }
  return values;
}
