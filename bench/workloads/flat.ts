/**
 * Whether memory stays level over many steps of a small convolutional network, and whether time grows in proportion to
 * the batch and to the epochs. Measured in a process of its own; see `_flat_child.ts`.
 *
 * @module
 */

import { figure, limitTarget, type Table, times, type Workload } from "../report.ts";
import { measureApart } from "./_apart.ts";
import type { FlatRequest, FlatResult, Growth } from "./_flat_child.ts";

function memoryTable({ memory }: FlatResult): Table {
  const kibibytes = (bytes: number): string => (bytes / 1024).toFixed(1);
  return {
    title: "Memory over steps of a small CNN (8×8×1, batch 8), in KiB",
    columns: ["steps", "JavaScript heap", "live tensors", "how many", "resident set"],
    rows: memory.map(({ step, heap, live, tensors, resident }) => [
      `${step}`,
      kibibytes(heap),
      kibibytes(live),
      `${tensors}`,
      kibibytes(resident),
    ]),
    notes: ["Heap after a collection; steps after a warm-up."],
  };
}

function growthTable(title: string, what: string, list: readonly Growth[]): Table {
  const [first] = list;
  return {
    title,
    columns: [what, "ms", `${what}, times as many`, "time, times as long"],
    rows: list.map(({ count, milliseconds }) => [
      `${count}`,
      figure(milliseconds),
      times(count / first.count),
      times(milliseconds / first.milliseconds),
    ]),
    notes: [],
  };
}

/** See the module. */
export const flat: Workload = {
  name: "flat",
  families: [],
  async run(options) {
    options.say("flat memory, linear time");
    const result = await measureApart<FlatRequest, FlatResult>("_flat_child.ts", {
      steps: 10000,
      every: 2000,
      rounds: options.quick ? 3 : 9,
    });
    const [first, last] = [result.memory[0], result.memory.at(-1)!];
    return {
      tables: [
        memoryTable(result),
        growthTable("20 steps of the small CNN by the size of the batch", "batch", result.batches),
        growthTable("fit of the small CNN by the number of epochs", "epochs", result.epochs),
      ],
      targets: [
        limitTarget("growth of the heap a step", (last.heap - first.heap) / last.step, 10, "B"),
        limitTarget("growth of live tensors", last.live - first.live, 1, "B"),
        ...([["batch", result.batches], ["epochs", result.epochs]] as const).map(([what, list]) =>
          // Twice the count may take twice the time, and a tenth more for what the clock cannot tell apart.
          limitTarget(
            `time for twice the ${what}, at the greatest`,
            list.at(-1)!.milliseconds / list.at(-2)!.milliseconds,
            2.2,
            "times",
          )
        ),
      ],
      data: result,
    };
  },
};
