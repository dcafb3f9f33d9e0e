/**
 * Work shared among threads. A task is cut into chunks; every thread, the main one included, claims the next
 * chunk until none is left. Which thread computes a chunk never changes what it computes, so results do not
 * depend on the number of threads, and a helper that is late, asleep or gone costs nothing but its help.
 */
import {
  ARGUMENTS, CHUNKS, DONE, EPOCH, MAIN_SLEEPS, MAY_BLOCK, QUIT, READY, SHARES, SLEEPERS, TASK,
} from "./layout";
import { runChunk } from "./main";

/**
 * How often a thread looks for work (or for its end) before it sleeps: some 300 us, longer than a training step goes
 * without work to share. To be woken takes a thread longer than many a product.
 */
const SPINS: i32 = 150_000;
/** The main thread looks after sleeping helpers this often, in ns. */
const PATIENCE: i64 = 100_000_000;
/** So many times without a sign of life, and a helper counts as lost: 60 s. */
const LOST: i32 = 600;

/** Which thread this instance runs on; 0 is the main thread. */
export let threadIndex: i32 = 0;

/** The threads that can work on a task now. */
@inline
export function threadCount(): i32 {
  if (!ASC_FEATURE_THREADS) return 1;
  return 1 + load<i32>(READY);
}

/** Notes work that helper threads could have shared: the host starts them when there was enough. */
@inline
export function note(chunks: i32): void {
  store<i32>(CHUNKS, load<i32>(CHUNKS) + chunks);
}

/** Where a thread's share of the current task is counted. */
@inline
function shareOf(thread: i32): usize {
  return SHARES + (<usize>thread << 6);
}

/** Runs all chunks of a task; its arguments stand in ARGUMENTS. */
export function parallel(kind: i32, chunks: i32): void {
  if (chunks > 1) note(chunks);
  if (!ASC_FEATURE_THREADS || chunks < 2 || load<i32>(READY) == 0) {
    for (let chunk = 0; chunk < chunks; chunk++) runChunk(kind, chunk);
    return;
  }
  const threads = threadCount();
  store<i32>(TASK, kind);
  store<i32>(TASK, threads, 4);
  atomic.store<i32>(DONE, 0);
  let begin = 0;
  for (let thread = 0; thread < threads; thread++) {
    const end = chunks * (thread + 1) / threads;
    store<i32>(shareOf(thread), end, 4);
    atomic.store<i32>(shareOf(thread), end - begin);
    begin = end;
  }
  atomic.add<i32>(EPOCH, 1);
  if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(EPOCH, chunks - 1);
  work();
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

/**
 * Claims and runs chunks until none is left: first the thread's own share, the same part of every task, which its cache
 * may still hold; then what others have left over.
 *
 * A count above 0 always belongs to the current task, which cannot end before its claimed chunks are done. So a thread that
 * comes late, or was told of an older task, still does right by what it claims.
 */
function work(): void {
  const threads = load<i32>(TASK, 4);
  let finished = 0;
  for (let i = 0; i < threads; i++) {
    const thread = threadIndex + i;
    const share = shareOf(thread < threads ? thread : thread % threads);
    while (atomic.load<i32>(share) > 0) {
      const left = atomic.sub<i32>(share, 1);
      if (left <= 0) break;
      runChunk(load<i32>(TASK), load<i32>(share, 4) - left);
      finished++;
    }
  }
  if (finished > 0) atomic.add<i32>(DONE, finished);
}

/** The life of a helper thread. */
export function help(index: i32): void {
  if (!ASC_FEATURE_THREADS) return;
  threadIndex = index;
  let seen = 0;
  atomic.add<i32>(READY, 1);
  while (!atomic.load<i32>(QUIT)) {
    let spins = 0;
    while (atomic.load<i32>(EPOCH) == seen && spins < SPINS) spins++;
    const epoch = atomic.load<i32>(EPOCH);
    if (epoch != seen) {
      seen = epoch;
      work();
      if (atomic.load<i32>(MAIN_SLEEPS)) atomic.notify(DONE, 1);
      continue;
    }
    atomic.add<i32>(SLEEPERS, 1);
    atomic.wait<i32>(EPOCH, seen, -1);
    atomic.sub<i32>(SLEEPERS, 1);
  }
  atomic.sub<i32>(READY, 1);
}

/** The i-th argument of the current task. */
@inline
export function argument(i: i32): usize {
  return load<usize>(ARGUMENTS + (<usize>i << 2));
}

@inline
export function setArgument(i: i32, value: usize): void {
  store<usize>(ARGUMENTS + (<usize>i << 2), value);
}
