/**
 * Long computations give way: timers, servers and terminals go on living beside them.
 *
 * @module
 */

import { runtime } from "./runtime.ts";

/** How long a computation may go on before others have their turn. */
const SLICE_MILLISECONDS = 20;

/** Lets everything that waits in the event loop have its turn. */
function yieldToEventLoop(): Promise<void> {
  const immediate = (globalThis as { setImmediate?: (run: () => void) => void }).setImmediate;
  return new Promise((resolve) => {
    if (immediate !== undefined) immediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/** What a promise brings; a profile counts the time until then as waiting. */
export function waitFor<T>(promise: Promise<T>): Promise<T> {
  const { profiler } = runtime();
  return profiler === null ? promise : profiler.wait(promise);
}

/** Gives way to the event loop once in a while. */
export class TimeSlice {
  #began = performance.now();

  /** Whether others have waited long enough. */
  get isOver(): boolean {
    return performance.now() - this.#began > SLICE_MILLISECONDS;
  }

  /** Lets others have their turn, and begins the next slice. */
  async giveWay(): Promise<void> {
    await waitFor(yieldToEventLoop());
    this.#began = performance.now();
  }
}
