/**
 * What a training step costs outside kernels, and whether its memory stays flat. Measured in a process of its own; see
 * `_overhead_child.ts`.
 *
 * @module
 */

import { figure, limitTarget, type Table, type Workload } from "../harness.ts";
import { writeTrainingFile } from "../mlp_data.ts";
import type { OverheadRequest, OverheadResult } from "./_overhead_child.ts";

async function measure(request: OverheadRequest): Promise<OverheadResult> {
  const child = new URL("_overhead_child.ts", import.meta.url).href;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-lock",
      "--quiet",
      "--v8-flags=--expose-gc",
      child,
      JSON.stringify(request),
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the process that measures the overhead failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

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

function memoryTable({ memory }: OverheadResult): Table {
  const bytes = (value: number): string => `${(value / 1024).toFixed(1)} KiB`;
  return {
    title: `Memory over ${memory.steps} steps, batch 32`,
    columns: ["", "before", "after", "a step"],
    rows: [
      [
        "JavaScript heap",
        bytes(memory.heap[0]),
        bytes(memory.heap[1]),
        `${((memory.heap[1] - memory.heap[0]) / memory.steps).toFixed(2)} B`,
      ],
      ["live tensors", bytes(memory.live[0]), bytes(memory.live[1]), ""],
      ["number of live tensors", `${memory.tensors[0]}`, `${memory.tensors[1]}`, ""],
      ["resident set", bytes(memory.resident[0]), bytes(memory.resident[1]), ""],
    ],
    notes: ["Heap after a collection."],
  };
}

/** See the module. */
export const overhead: Workload = {
  name: "overhead",
  async run(options) {
    options.say("overhead");
    const { arrays } = await writeTrainingFile({ ...options, data: null }, 6400);
    const result = await measure({ arrays, rounds: options.quick ? 5 : 15, steps: 10000 });
    const { memory, steps } = result;
    return {
      tables: [stepTable(result), kernelTable(result), memoryTable(result)],
      targets: [
        ...steps.map(({ loop, batch, outside }) =>
          limitTarget(`outside kernels, ${loop}, batch ${batch}`, outside, 60, "µs")
        ),
        limitTarget(
          "growth of the heap a step",
          (memory.heap[1] - memory.heap[0]) / memory.steps,
          10,
          "B",
        ),
        limitTarget("growth of live tensors", memory.live[1] - memory.live[0], 1, "B"),
      ],
      data: result,
    };
  },
};
