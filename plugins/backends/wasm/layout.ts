/**
 * Where things lie in the linear memory below the heap: what the host needs of `kernels/layout.ts`.
 *
 * @module
 */

/** Where the memory holds zeros. */
export const ZERO = 0;
/** Where it holds the int32 of all ones. */
export const ALL_ONES = 16;
/** Where it holds the bool true. */
export const TRUE = 32;
/** How many helper threads are ready. */
export const READY = 384;
/** Set when the helper threads are to end. */
export const QUIT = 388;
/** Set where the main thread may block. */
export const MAY_BLOCK = 392;
/** Counts the chunks of all tasks that could be shared. */
export const CHUNKS = 400;
/** How many threads a library of the system computes products on, once all are ready; 0 without one. */
export const LIBRARY = 404;
/** Counts tasks; helper threads sleep on it. */
export const EPOCH = 256;
/** Sizes of axes; strides of up to three operands stand behind, 32 axes apart. */
export const SHAPES = 1024;
/** The most axes that fit. */
export const MOST_AXES = 32;
/** Working space of the kernels, a piece for each thread. */
export const WORK = 65536;
/** The size of a piece. */
export const WORK_PER_THREAD = 524288;
/** The most threads there are. */
export const MOST_THREADS = 16;
