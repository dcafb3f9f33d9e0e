/**
 * The BLAS that the native backend finds, without a framework around it and with threads of its own:
 * `deno run -A bench/peers/blas.ts THREADS`. Products alone. A call costs about a microsecond more than one from C.
 *
 * @module
 */

import { findBlas } from "../../plugins/backends/native/library.ts";
import {
  type Contender,
  type GemmJob,
  gemmProbes,
  gemmValues,
  type Job,
  type Prepared,
  serve,
} from "../protocol.ts";

const ROW_MAJOR = 101;
const AS_IT_IS = 111;
const TRANSPOSED = 112;

const SYMBOLS = {
  cblas_sgemm: {
    parameters: [
      "i32", // order
      "i32", // transpose a
      "i32", // transpose b
      "i32", // m
      "i32", // n
      "i32", // k
      "f32", // alpha
      "buffer", // a
      "i32", // its row length
      "buffer", // b
      "i32", // its row length
      "f32", // beta
      "buffer", // c
      "i32", // its row length
    ],
    result: "void",
  },
} as const;

type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

function prepareGemm({ symbols }: Library, job: GemmJob): Prepared {
  const { m, k, n, transposeA, transposeB } = job;
  const a = gemmValues(m * k);
  const b = gemmValues(k * n);
  const c = new Float32Array(m * n);
  const [orderA, orderB] = [transposeA, transposeB].map((is) => is ? TRANSPOSED : AS_IT_IS);
  const [rowA, rowB] = [transposeA ? m : k, transposeB ? k : n];
  const product = (): void =>
    symbols.cblas_sgemm(ROW_MAJOR, orderA, orderB, m, n, k, 1, a, rowA, b, rowB, 0, c, n);
  product();
  return {
    check: gemmProbes(job).map((i) => c[i]),
    run(times) {
      for (let i = 0; i < times; i++) product();
    },
  };
}

/** How many threads the library has, the variables of its process say. */
function start(threads: string): Promise<Contender> {
  const { name, path } = findBlas({ threaded: true });
  const library = Deno.dlopen(path, SYMBOLS);
  return Promise.resolve({
    description: `${name} (${path}) alone, ${threads} ${threads === "1" ? "thread" : "threads"}`,
    prepare(job: Job): Promise<Prepared> {
      if (job.kind !== "gemm") return Promise.reject(new Error("it does products alone"));
      return Promise.resolve(prepareGemm(library, job));
    },
  });
}

if (import.meta.main) await serve(() => start(Deno.args[0]));
