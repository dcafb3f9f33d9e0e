/**
 * Matrix products by BLAS, through Deno's foreign function interface.
 *
 * @module
 */

import type { Multiply } from "../wasm/engine.ts";

/**
 * Opens a library and gives the function by which the kernels call it. The library itself is told to use one thread: the
 * kernels cut products for threads of their own, and two pools would fight for the processors.
 *
 * Matrices are passed as views of the memory: unlike addresses, they need no permission beyond that for the library.
 *
 * It runs on each thread, and helper threads get it as text: it refers to nothing outside itself.
 */
export function linkBlas(memory: WebAssembly.Memory, path: string): Multiply {
  const count = { parameters: ["i32"], result: "void", optional: true } as const;
  const { symbols } = Deno.dlopen(path, {
    cblas_sgemm: {
      parameters: [
        ...["i32", "i32", "i32", "i32", "i32", "i32"] as const,
        ...["f32", "buffer", "i32", "buffer", "i32", "f32", "buffer", "i32"] as const,
      ],
      result: "void",
    },
    cblas_dgemm: {
      parameters: [
        ...["i32", "i32", "i32", "i32", "i32", "i32"] as const,
        ...["f64", "buffer", "i32", "buffer", "i32", "f64", "buffer", "i32"] as const,
      ],
      result: "void",
    },
    openblas_set_num_threads: count,
    MKL_Set_Num_Threads: count,
    bli_thread_set_num_threads: { parameters: ["i64"], result: "void", optional: true },
    BLASSetThreading: count,
  });
  symbols.openblas_set_num_threads?.(1);
  symbols.MKL_Set_Num_Threads?.(1);
  symbols.bli_thread_set_num_threads?.(1n);
  symbols.BLASSetThreading?.(1); // Accelerate's word for a single thread
  const { cblas_sgemm, cblas_dgemm } = symbols;
  const [rowMajor, plain, transposed] = [101, 111, 112];
  return (flags, m, n, k, a, strideA, b, strideB, c, strideC) => {
    const { buffer } = memory;
    const [formA, formB] = [flags & 1 ? transposed : plain, flags & 2 ? transposed : plain];
    const beta = flags & 4 ? 1 : 0;
    const matrixA = new Uint8Array(buffer, a >>> 0, 1);
    const matrixB = new Uint8Array(buffer, b >>> 0, 1);
    const matrixC = new Uint8Array(buffer, c >>> 0, 1);
    if (flags & 8) {
      // deno-fmt-ignore
      cblas_dgemm(rowMajor, formA, formB, m, n, k, 1, matrixA, strideA, matrixB, strideB, beta, matrixC, strideC);
    } else {
      // deno-fmt-ignore
      cblas_sgemm(rowMajor, formA, formB, m, n, k, 1, matrixA, strideA, matrixB, strideB, beta, matrixC, strideC);
    }
  };
}
