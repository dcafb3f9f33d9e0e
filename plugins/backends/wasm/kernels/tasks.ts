/** The kinds of tasks that threads share. */
export const UNARY: i32 = 0;
export const BINARY: i32 = 1;
export const BINARY_STRIDED: i32 = 2;
export const REDUCE_ROWS: i32 = 3;
export const REDUCE_COLUMNS: i32 = 4;
export const REDUCE_PIECES: i32 = 5;
export const GEMM_PACK: i32 = 6;
export const GEMM_COMPUTE: i32 = 7;
export const GEMM_BATCH: i32 = 8;
export const GEMV_COLUMNS: i32 = 9;
export const GEMV_ROWS: i32 = 10;
export const BIAS_GRADIENT: i32 = 11;
export const FUSED_ROWS: i32 = 12;
export const UPDATE: i32 = 13;
export const CAST: i32 = 14;
export const COPY: i32 = 15;
export const RANDOM: i32 = 16;
