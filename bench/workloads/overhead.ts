/**
 * What a training step costs outside kernels. Measured in a process of its own; see `_overhead_child.ts`.
 *
 * @module
 */

import { writeExamples } from "../examples.ts";
import { figure, limitTarget, type Table, type Workload } from "../report.ts";
import { measureApart } from "./_apart.ts";
import type { OverheadRequest, OverheadResult } from "./_overhead_child.ts";

function stepTable({ steps }: OverheadResult): Table {
  return {
    title: "A step of the MLP on one thread, in µs",
    columns: ["loop, batch", "step", "outside kernels", "share", "kernel calls", "fallbacks"],
    rows: steps.map(({ loop, batch, step, outside, calls, fallbacks }) => [
      `${loop}, ${batch}`,
      figure(step),
      figure(outside),
      `${(100 * outside / step).toFixed(0)} %`,
      figure(calls),
      `${fallbacks}`,
    ]),
    notes: ["Outside kernels: the same step with kernels that do nothing."],
  };
}

function kernelTable({ kernels, kernelBatch }: OverheadResult): Table {
  return {
    title: `Kernels of a step, batch ${kernelBatch}`,
    columns: ["kernel", "calls a step", "µs a step"],
    rows: kernels.map(({ name, calls, microseconds }) => [
      name,
      figure(calls),
      figure(microseconds),
    ]),
    notes: ["Timed from outside, a fraction of a µs a call included."],
  };
}

/** See the module. */
export const overhead: Workload = {
  name: "overhead",
  families: [],
  async run(options) {
    options.say("overhead");
    const { arrays } = await writeExamples({ ...options, data: null }, "mlp", 6400);
    const result = await measureApart<OverheadRequest, OverheadResult>("_overhead_child.ts", {
      arrays,
      rounds: options.quick ? 3 : 15,
    });
    return {
      tables: [stepTable(result), kernelTable(result)],
      targets: result.steps.map(({ loop, batch, outside }) =>
        limitTarget(`outside kernels, ${loop}, batch ${batch}`, outside, 60, "µs")
      ),
      data: result,
    };
  },
};
