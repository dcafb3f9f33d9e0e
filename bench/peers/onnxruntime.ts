/**
 * ONNX Runtime on what we exported: `deno run -A bench/peers/onnxruntime.ts THREADS`. Inference alone.
 *
 * @module
 */

import { InferenceSession, Tensor } from "onnxruntime-node";
import {
  batchesOf,
  type Contender,
  type InferenceJob,
  inferenceProbes,
  type Job,
  type Prepared,
  readArrays,
  serve,
} from "../protocol.ts";

async function prepareInference(job: InferenceJob, threads: number): Promise<Prepared> {
  if ("reason" in job.onnx) throw new Error(`there is no file for it: ${job.onnx.reason}`);
  const session = await InferenceSession.create(job.onnx.path, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const [{ x }] = batchesOf(readArrays(job.arrays), job.batch);
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  const feeds = {
    [input]: new Tensor("float32", x, [job.batch, ...job.arrays.shapes.x.slice(1)]),
  };
  const infer = async () => (await session.run(feeds))[output].data as Float32Array;
  return {
    check: inferenceProbes(await infer()),
    async run(times) {
      for (let i = 0; i < times; i++) await infer();
    },
    dispose: () => void session.release(),
  };
}

function start(threads: number): Promise<Contender> {
  return Promise.resolve({
    description: `ONNX Runtime, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    async prepare(job: Job): Promise<Prepared> {
      if (job.kind !== "inference") throw new Error("it does inference alone");
      return await prepareInference(job, threads);
    },
  });
}

if (import.meta.main) await serve(() => start(Number(Deno.args[0])));
