/**
 * The outputs of a network for one batch, beside ONNX Runtime on what we exported.
 *
 * @module
 */

import { writeExamples } from "../examples.ts";
import { type BenchOptions, entrants } from "../field.ts";
import { networkOf } from "../peers/tensaur.ts";
import { type InferenceJob, readArrays } from "../protocol.ts";
import { race, type RaceResult } from "../race.ts";
import { ratioTable, ratioTarget, timesTable, type Workload } from "../report.ts";

const FAMILIES = ["tensaur", "tfjs wasm", "jax-js", "torch", "onnxruntime"];

/** Slow are those that take seconds; they are left out where the bench is to be quick. */
const CASES: readonly { network: "mlp" | "cnn"; batch: number; slow: readonly string[] }[] = [
  { network: "mlp", batch: 1, slow: [] },
  { network: "mlp", batch: 256, slow: [] },
  { network: "cnn", batch: 1, slow: [] },
  { network: "cnn", batch: 64, slow: ["jax-js"] },
];

/** Examples and weights of a network, and the network as an ONNX file. */
async function files(
  options: BenchOptions,
  network: "mlp" | "cnn",
  count: number,
): Promise<Pick<InferenceJob, "arrays" | "onnx">> {
  const { arrays } = await writeExamples({ ...options, data: null }, network, count);
  const path = `${options.scratch}/${network}.onnx`;
  try {
    await networkOf(network, readArrays(arrays)).export(path);
    return { arrays, onnx: { path } };
  } catch (error) {
    return { arrays, onnx: { reason: (error as Error).message } };
  }
}

/** See the module. */
export const inference: Workload = {
  name: "inference",
  families: FAMILIES,
  async run(options, field) {
    const results: RaceResult[] = [];
    for (const { network, batch, slow } of CASES) {
      const name = `${network.toUpperCase()}, batch ${batch}`;
      options.say(`inference, ${name}`);
      const job = {
        kind: "inference" as const,
        network,
        batch,
        ...await files(options, network, batch),
      };
      results.push(
        await race(field, name, job, {
          rounds: options.quick ? 5 : 11,
          roundMs: options.quick ? 40 : 100,
          warmupMs: options.quick ? 200 : 500,
          families: FAMILIES.filter((family) => !slow.includes(family)),
          slow: options.quick ? [] : slow,
        }),
      );
    }
    const who = entrants(options);
    return {
      tables: [
        ratioTable("Inference: how many times as fast as the peer", who, results),
        timesTable("Inference: ms", who, results),
      ],
      targets: ["wasm", "native"].flatMap((backend) =>
        [1, 2].flatMap((threads) =>
          ratioTarget(
            "inference,",
            results.at(-1)!,
            [`tensaur ${backend} ${threads}t`, `onnxruntime ${threads}t`],
            1 / 1.3,
          )
        )
      ),
      data: results,
    };
  },
};
