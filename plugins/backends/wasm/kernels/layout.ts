/**
 * Where things lie in the linear memory below the heap. `memory.ts` beside this folder repeats what the
 * host needs; a test compares the two.
 */

/** The chunks of the current task that are finished. */
export const DONE: usize = 192;
/** Counts tasks; threads without work sleep on it. */
export const EPOCH: usize = 256;
/** How many threads sleep. */
export const SLEEPERS: usize = 320;
/** How many helper threads are at work or waiting for it. */
export const READY: usize = 384;
/** Set when the helper threads are to end. */
export const QUIT: usize = 388;
/** Set where the main thread may block (never in a browser's main thread). */
export const MAY_BLOCK: usize = 392;
/** Set while the main thread sleeps until the last chunk is done. */
export const MAIN_SLEEPS: usize = 396;
/** Counts the chunks of all tasks that could be shared. */
export const CHUNKS: usize = 400;
/** How many threads a library of the system computes products on, once all are ready; 0 without one. */
export const LIBRARY: usize = 404;
/** The kind of the current task, then its number of chunks, then its arguments. */
export const TASK: usize = 448;
export const ARGUMENTS: usize = 512;
/** What a sum is divided by, a float64. */
export const DIVISOR: usize = 584;
/** The matrix product under way. */
export const GEMM: usize = 640;
/** Shapes and strides of the current call, written by the host. */
export const SHAPES: usize = 1024;
/** Partial results of reductions that are split among threads. */
export const PARTIALS: usize = 4096;
/** Most partial results there are, in bytes. */
export const PARTIALS_BYTES: usize = 32768;
/** A tile for each thread, 256 bytes apart. */
export const SPARE: usize = 36864;
/**
 * For each thread, 64 bytes apart: how many chunks of its share nobody has claimed yet, and where the share ends.
 */
export const SHARES: usize = 43008;
/** Where the constants of the compiled module begin. */
export const STATIC: usize = 45056;
/** Working space, a piece for each thread; together they serve one large matrix product. */
export const WORK: usize = 65536;
export const WORK_PER_THREAD: usize = 524288;
