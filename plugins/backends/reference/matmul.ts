/**
 * Products of matrices.
 *
 * @module
 */

import { broadcastOffsets, type Kernels, valuesOf } from "./_values.ts";

/** Kernels of the contractions. */
export const matmul = {
  /** Sums of float products are kept in float64 and rounded once; those of int32 wrap. */
  matmul: {
    run([a, b], [out], { transposeA, transposeB }) {
      const [left, right, result] = [valuesOf(a), valuesOf(b), valuesOf(out)];
      const whole = out.dtype === "int32";
      const [m, n] = out.shape.slice(-2);
      const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)];
      const [leftRow, leftColumn] = transposeA ? [1, m] : [inner, 1];
      const [rightRow, rightColumn] = transposeB ? [1, inner] : [n, 1];
      const batch = out.shape.slice(0, -2);
      const leftMatrices = broadcastOffsets(a.shape.slice(0, -2), batch);
      const rightMatrices = broadcastOffsets(b.shape.slice(0, -2), batch);
      let place = 0;
      for (let matrix = 0; matrix < leftMatrices.length; matrix++) {
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let fromLeft = leftMatrices[matrix] * m * inner + i * leftRow;
            let fromRight = rightMatrices[matrix] * inner * n + j * rightColumn;
            let total = 0;
            for (let k = 0; k < inner; k++) {
              const x = left[fromLeft];
              const y = right[fromRight];
              total = whole ? (total + Math.imul(x, y)) | 0 : total + x * y;
              fromLeft += leftColumn;
              fromRight += rightRow;
            }
            result[place++] = total;
          }
        }
      }
    },
  },
} satisfies Kernels;
