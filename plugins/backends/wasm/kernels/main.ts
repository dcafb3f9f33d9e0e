/** What the host calls, and what threads run. */
import { binaryChunk, binaryStridedChunk } from "./binary";
import { biasGradientChunk, fusedRowsChunk, updateChunk } from "./fused";
import { castChunk } from "./convert";
import { convolutionChunk } from "./convolution";
import { convolutionGradientChunk } from "./convolution_gradients";
import { gemmChunk } from "./gemm";
import { copyChunk } from "./move";
import { normalizeChunk } from "./normalize";
import { poolChunk } from "./pooling";
import { randomChunk } from "./random";
import { reduceColumnsChunk, reducePiecesChunk, reduceRowsChunk } from "./reduce";
import {
  BIAS_GRADIENT, BINARY, BINARY_STRIDED, CAST, CONV_INPUT, CONV_INPUT_PACK, CONV_KERNEL, CONV_PACK, CONV_ROWS, COPY, FUSED_ROWS, NORMALIZE, POOL_IMAGES, POOL_PIECES, POOL_ROWS, RANDOM, REDUCE_COLUMNS, REDUCE_PIECES, REDUCE_ROWS, UNARY, UPDATE,
} from "./tasks";
import { unaryChunk } from "./unary";

export { binary, binaryStrided } from "./binary";
export { biasActivationGradient, fusedRows, update } from "./fused";
export { cast, select } from "./convert";
export { convolve } from "./convolution";
export { inputGradient, kernelGradient } from "./convolution_gradients";
export { matmul } from "./gemm";
export { scatterAdd, scatterAddAlong, scatterUpdate, take, takeAlong } from "./indexing";
export { copyStrided, fill } from "./move";
export { help } from "./parallel";
export { columnMoments, columnsGradients, normalizeColumns, normalizeRows, rowsGradients } from "./normalize";
export { pool } from "./pooling";
export { random } from "./random";
export { reduce } from "./reduce";
export { argReduce, argsort, cumsum } from "./scan";
export { unary } from "./unary";

/** Where the constants of this module end. */
export function staticEnd(): usize {
  return __heap_base;
}

/** Runs one chunk of the current task. */
export function runChunk(kind: i32, chunk: i32): void {
  switch (kind) {
    case UNARY: return unaryChunk(chunk);
    case BINARY: return binaryChunk(chunk);
    case BINARY_STRIDED: return binaryStridedChunk(chunk);
    case REDUCE_ROWS: return reduceRowsChunk(chunk);
    case REDUCE_COLUMNS: return reduceColumnsChunk(chunk);
    case REDUCE_PIECES: return reducePiecesChunk(chunk);
    case BIAS_GRADIENT: return biasGradientChunk(chunk);
    case FUSED_ROWS: return fusedRowsChunk(chunk);
    case UPDATE: return updateChunk(chunk);
    case CAST: return castChunk(chunk);
    case COPY: return copyChunk(chunk);
    case RANDOM: return randomChunk(chunk);
    case CONV_PACK:
    case CONV_ROWS: return convolutionChunk(kind, chunk);
    case CONV_INPUT:
    case CONV_INPUT_PACK:
    case CONV_KERNEL: return convolutionGradientChunk(kind, chunk);
    case POOL_IMAGES:
    case POOL_PIECES:
    case POOL_ROWS: return poolChunk(kind, chunk);
    case NORMALIZE: return normalizeChunk(chunk);
    default: return gemmChunk(kind, chunk);
  }
}
