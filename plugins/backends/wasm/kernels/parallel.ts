/**
 * Work shared among threads. A task is cut into chunks; every thread, the main one included, claims the next
 * chunk until none is left. Which thread computes a chunk never changes what it computes, so results do not
 * depend on the number of threads, and a helper that is late, asleep or gone costs nothing but its help.
 */
import {
  ARGUMENTS, CHUNKS, DONE, EPOCH, MAIN_SLEEPS, MAY_BLOCK, QUIT, READY, REMAINING, SLEEPERS, TASK,
} from "./layout";
import { runChunk } from "./main";

/** How often a thread looks for work (or for its end) before it sleeps: some 40 us. */
const SPINS: i32 = 20000;
/** The main thread looks after sleeping helpers this often, in ns. */
const PATIENCE: i64 = 100_000_000;
/** So many times without a sign of life, and a helper counts as lost: 60 s. */
const LOST: i32 = 600;

/** Which thread this instance runs on; 0 is the main thread. */
export let threadIndex: i32 = 0;

/** The threads that can work on a task now. */
// @ts-ignore: decorator
@inline
export function threadCount(): i32 {
  if (!ASC_FEATURE_THREADS) return 1;
  return 1 + load<i32>(READY);
}

/** Notes work that helper threads could have shared: the host starts them when there was enough. */
// @ts-ignore: decorator
@inline
export function note(chunks: i32): void {
  store<i32>(CHUNKS, load<i32>(CHUNKS) + chunks);
}

/** Runs all chunks of a task; its arguments stand in ARGUMENTS. */
export function parallel(kind: i32, chunks: i32): void {
  if (chunks > 1) note(chunks);
  if (!ASC_FEATURE_THREADS || chunks < 2 || load<i32>(READY) == 0) {
    for (let chunk = 0; chunk < chunks; chunk++) runChunk(kind, chunk);
    return;
  }
  store<i32>(TASK, kind);
  store<i32>(TASK + 4, chunks);
  atomic.store<i32>(DONE, 0);
  atomic.store<i32>(REMAINING, chunks);
  atomic.add<i32>(EPOCH, 1);
  if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(EPOCH, chunks - 1);
  claim(kind);
  let spins = 0;
  let lost = 0;
  while (atomic.load<i32>(DONE) != chunks) {
    if (++spins < SPINS || !load<i32>(MAY_BLOCK)) continue;
    atomic.store<i32>(MAIN_SLEEPS, 1);
    const done = atomic.load<i32>(DONE);
    if (done != chunks && atomic.wait<i32>(DONE, done, PATIENCE) == 2 && ++lost > LOST) {
      unreachable();
    }
    atomic.store<i32>(MAIN_SLEEPS, 0);
  }
}

/** Claims and runs chunks until none is left, then reports them; says whether there were any. */
function claim(kind: i32): i32 {
  let finished = 0;
  while (true) {
    const chunk = atomic.sub<i32>(REMAINING, 1) - 1;
    if (chunk < 0) break;
    // A late helper may have claimed a chunk of a newer task than the one that woke it.
    runChunk(kind < 0 ? load<i32>(TASK) : kind, chunk);
    finished++;
  }
  if (finished > 0) atomic.add<i32>(DONE, finished);
  return finished;
}

/** The life of a helper thread. */
export function help(index: i32): void {
  if (!ASC_FEATURE_THREADS) return;
  threadIndex = index;
  atomic.add<i32>(READY, 1);
  while (!atomic.load<i32>(QUIT)) {
    let spins = 0;
    while (atomic.load<i32>(REMAINING) <= 0 && spins < SPINS) spins++;
    if (atomic.load<i32>(REMAINING) > 0) {
      claim(-1);
      if (atomic.load<i32>(MAIN_SLEEPS)) atomic.notify(DONE, 1);
      continue;
    }
    const epoch = atomic.load<i32>(EPOCH);
    atomic.add<i32>(SLEEPERS, 1);
    if (atomic.load<i32>(REMAINING) <= 0 && !atomic.load<i32>(QUIT)) {
      atomic.wait<i32>(EPOCH, epoch, -1);
    }
    atomic.sub<i32>(SLEEPERS, 1);
  }
  atomic.sub<i32>(READY, 1);
}

/** The i-th argument of the current task. */
// @ts-ignore: decorator
@inline
export function argument(i: i32): usize {
  return load<usize>(ARGUMENTS + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
export function setArgument(i: i32, value: usize): void {
  store<usize>(ARGUMENTS + (<usize>i << 2), value);
}
