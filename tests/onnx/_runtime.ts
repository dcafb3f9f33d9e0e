/** Files run by onnxruntime. */

import ort from "onnxruntime-node";
import { type DType, ops, type Tensor, tensor } from "../../mod.ts";

/** What onnxruntime computes from a file, batch by batch, in the order of its outputs. */
export async function runFile(
  path: string,
  batches: readonly (readonly Tensor[])[],
): Promise<ort.Tensor[][]> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
  try {
    const results: ort.Tensor[][] = [];
    for (const inputs of batches) {
      const named = Object.fromEntries(inputs.map((x, i) => [session.inputNames[i], given(x)]));
      const outputs = await session.run(named);
      results.push(session.outputNames.map((name) => outputs[name]));
    }
    return results;
  } finally {
    await session.release();
  }
}

function given(x: Tensor): ort.Tensor {
  return new ort.Tensor(x.dtype, x.dataSync() as Float32Array, x.shape);
}

/** What contracts of layers compare with. */
export async function onnxRuntime(path: string, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const [outputs] = await runFile(path, [inputs]);
  return outputs.map(({ data, dims, type }) => {
    const flat = tensor(data as Float32Array, { dtype: type as DType });
    return ops.reshape(flat, [...dims]);
  });
}
