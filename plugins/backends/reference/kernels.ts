/**
 * All reference kernels in one table, which the compiler holds complete.
 *
 * @module
 */

import type { Kernel } from "../../../core/backend.ts";
import type { Primitive, PrimitiveAttributes } from "../../../core/primitives.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { matmul } from "./matmul.ts";
import { movement } from "./movement.ts";
import { random } from "./random.ts";
import { reduction } from "./reduction.ts";
import { sorting } from "./sorting.ts";
import { windows } from "./windows.ts";

const table: { readonly [P in Primitive]: Kernel<PrimitiveAttributes[P]> } = {
  ...elementwise,
  ...reduction,
  ...sorting,
  ...matmul,
  ...windows,
  ...movement,
  ...indexing,
  ...random,
};

/** The kernel of every primitive. */
export const kernels: ReadonlyMap<string, Kernel> = new Map(Object.entries(table));
