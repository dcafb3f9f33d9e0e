/**
 * Windows that keep channels apart: pooling, depthwise convolution, and their gradients. For each window the taps that
 * lie in the source are listed once; then vectors of channels pass by.
 *
 * What flows back to the source is added window after window, an image on one thread; so the order of a sum does not
 * depend on the number of threads.
 */
import { parallel } from "./parallel";
import { POOL_IMAGES, POOL_PIECES, POOL_ROWS } from "./tasks";
import { SIGMOID, TANH, unaryRow } from "./unary";
import { ceilDiv, madd, max32, min32, storePart } from "./vector";
import {
  baseOf, locate, maskOf, ownSpace, prepareWindows, RECORD, setMasks, tapOffset, theWindows, Windows,
} from "./windows";

/** The kinds of work. */
const MAXIMUM: i32 = 0;
const MEAN: i32 = 1;
const PLACE: i32 = 2;
const DEPTHWISE: i32 = 3;
const MAXIMUM_GRADIENT: i32 = 4;
const MEAN_GRADIENT: i32 = 5;
const DEPTHWISE_INPUT: i32 = 6;
const DEPTHWISE_KERNEL: i32 = 7;

/** How windows cover the source: they overlap, they leave gaps, each element lies in one. */
const OVERLAP: i32 = 0;
const TILE: i32 = 2;

/** Values read for a chunk. */
const CHUNK: i32 = 32768;
/** A thread's space: windows first, then the list of taps; the host lets no window have more than 16384. */
const MOST_ROWS: i32 = 128;
const LIST: usize = RECORD * 128;

/** Runs one kind of work on all windows. */
export function pool(kind: i32): void {
  const v = theWindows();
  prepareWindows(v);
  v.kind = kind;
  const rows = v.images * v.places;
  const perRow = v.taps * v.channels;
  const isLarge = <i64>rows * perRow >= 2 * CHUNK;
  if (kind < MAXIMUM_GRADIENT) {
    v.rowsPerChunk = isLarge ? CHUNK / (perRow + 1) + 1 : rows;
    parallel(POOL_ROWS, ceilDiv(rows, max32(1, v.rowsPerChunk)));
    return;
  }
  const task = kind == DEPTHWISE_KERNEL ? POOL_PIECES : POOL_IMAGES;
  const chunks = kind == DEPTHWISE_KERNEL ? v.pieces : v.images;
  if (isLarge) parallel(task, chunks);
  else for (let chunk = 0; chunk < chunks; chunk++) poolChunk(task, chunk);
}

export function poolChunk(task: i32, chunk: i32): void {
  const v = theWindows();
  const rows = v.images * v.places;
  if (task == POOL_ROWS) {
    const from = chunk * v.rowsPerChunk;
    return passRows(v, from, min32(rows, from + v.rowsPerChunk), 0);
  }
  if (task == POOL_PIECES) {
    const size = <usize>(v.taps * v.channels) << 2;
    const sums = v.other + <usize>chunk * size;
    memory.fill(sums, 0, size);
    const from = <i32>(<i64>rows * chunk / v.pieces);
    return passRows(v, from, <i32>(<i64>rows * (chunk + 1) / v.pieces), sums);
  }
  if (v.cover != TILE) {
    const size = <usize>v.sourceImage << 2;
    memory.fill((v.kind == MAXIMUM_GRADIENT ? v.other : v.source) + <usize>chunk * size, 0, size);
  }
  passRows(v, chunk * v.places, (chunk + 1) * v.places, 0);
}

/** Windows `from` to `end`; `sums` is where a depthwise kernel's gradient goes. */
function passRows(v: Windows, from: i32, end: i32, sums: usize): void {
  const records = ownSpace(), list = records + LIST;
  const kind = v.kind;
  const stride = <usize>v.channels << 2;
  while (from < end) {
    const count = min32(MOST_ROWS, end - from);
    locate(v, from, count, records);
    setMasks(v, records, count, 0);
    for (let i = 0; i < count; i++) {
      const record = records + <usize>i * RECORD;
      const stop = listTaps(v, record, list);
      const at = <usize>(from + i) * stride;
      if (kind == MAXIMUM) maximum(v, list, stop, v.target + at);
      else if (kind == MEAN) mean(v, list, stop, v.target + at);
      else if (kind == PLACE) place(v, list, stop, v.target + at);
      else if (kind == DEPTHWISE) depthwise(v, list, stop, v.target + at);
      else if (kind == MAXIMUM_GRADIENT) maximumGradient(v, list, stop, v.third + at, v.target + at);
      else if (kind == MEAN_GRADIENT) meanGradient(v, list, stop, v.target + at);
      else if (kind == DEPTHWISE_INPUT) depthwiseInput(v, list, stop, v.target + at);
      else depthwiseKernel(v, list, stop, v.target + at, sums);
    }
    from += count;
  }
}

/** Lists the taps of a window that lie in the source: address and number of each. Says where the list ends. */
function listTaps(v: Windows, record: usize, list: usize): usize {
  const base = v.source + (<usize>baseOf(record) << 2);
  for (let tap = 0; tap < v.taps; tap++) {
    if ((tap & 63) == 0 && tap > 0) setMasks(v, record, 1, tap >> 6);
    if (<i32>(maskOf(record) >> (tap & 63)) & 1) {
      store<usize>(list, base + (<usize>tapOffset(v, tap) << 2));
      store<i32>(list, tap, 4);
      list += 8;
    }
  }
  return list;
}

@inline
function addressAt(entry: usize): usize {
  return load<usize>(entry);
}

@inline
function tapAt(entry: usize): usize {
  return <usize>load<i32>(entry, 4);
}

@inline
function storeUpTo(to: usize, value: v128, left: i32): void {
  if (left >= 4) v128.store(to, value);
  else storePart(to, value, <usize>left << 2);
}

// ---- to the windows ----

function maximum(v: Windows, list: usize, stop: usize, to: usize): void {
  const bytes = <usize>v.channels << 2;
  if (stop - list == 32) {
    const a = addressAt(list), b = addressAt(list + 8), c = addressAt(list + 16), d = addressAt(list + 24);
    for (let at: usize = 0; at < bytes; at += 16) {
      const first = f32x4.max(v128.load(a + at), v128.load(b + at));
      const second = f32x4.max(v128.load(c + at), v128.load(d + at));
      storeUpTo(to + at, f32x4.max(first, second), <i32>(bytes - at) >> 2);
    }
    return;
  }
  for (let at: usize = 0; at < bytes; at += 16) {
    let most = f32x4.splat(-Infinity);
    for (let entry = list; entry < stop; entry += 8) {
      most = f32x4.max(most, v128.load(addressAt(entry) + at));
    }
    storeUpTo(to + at, most, <i32>(bytes - at) >> 2);
  }
}

function mean(v: Windows, list: usize, stop: usize, to: usize): void {
  const bytes = <usize>v.channels << 2;
  const count = f32x4.splat(<f32>((stop - list) >> 3));
  for (let at: usize = 0; at < bytes; at += 16) {
    let sum = f32x4.splat(0);
    for (let entry = list; entry < stop; entry += 8) {
      sum = f32x4.add(sum, v128.load(addressAt(entry) + at));
    }
    storeUpTo(to + at, f32x4.div(sum, count), <i32>(bytes - at) >> 2);
  }
}

/** The place in the source of the first of the greatest; NaN is the greatest. */
function place(v: Windows, list: usize, stop: usize, to: usize): void {
  const bytes = <usize>v.channels << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    let best = f32x4.splat(0), where = i32x4.splat(0);
    const lanes = i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(<i32>at >> 2));
    for (let entry = list; entry < stop; entry += 8) {
      const from = addressAt(entry);
      const value = v128.load(from + at);
      const isNaN = v128.andnot(f32x4.ne(value, value), f32x4.ne(best, best));
      const isNew = entry == list ? i32x4.splat(-1) : v128.or(f32x4.gt(value, best), isNaN);
      const here = i32x4.add(lanes, i32x4.splat(<i32>(from - v.source) >> 2));
      best = v128.bitselect(value, best, isNew);
      where = v128.bitselect(here, where, isNew);
    }
    storeUpTo(to + at, where, <i32>(bytes - at) >> 2);
  }
}

function depthwise(v: Windows, list: usize, stop: usize, to: usize): void {
  const bytes = <usize>v.channels << 2;
  const zero = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    let s0 = v.third ? v128.load(v.third + at) : zero;
    let s1 = v.third ? v128.load(v.third + at, 16) : zero;
    for (let entry = list; entry < stop; entry += 8) {
      const from = addressAt(entry) + at, kernel = v.other + tapAt(entry) * bytes + at;
      s0 = madd<f32>(v128.load(from), v128.load(kernel), s0);
      s1 = madd<f32>(v128.load(from, 16), v128.load(kernel, 16), s1);
    }
    if (v.activation == 1) {
      s0 = f32x4.pmax(s0, zero);
      s1 = f32x4.pmax(s1, zero);
    }
    v128.store(to + at, s0);
    v128.store(to + at, s1, 16);
  }
  for (; at < bytes; at += 16) {
    let sum = v.third ? v128.load(v.third + at) : zero;
    for (let entry = list; entry < stop; entry += 8) {
      const kernel = v.other + tapAt(entry) * bytes + at;
      sum = madd<f32>(v128.load(addressAt(entry) + at), v128.load(kernel), sum);
    }
    if (v.activation == 1) sum = f32x4.pmax(sum, zero);
    storeUpTo(to + at, sum, <i32>(bytes - at) >> 2);
  }
  if (v.activation > 1) unaryRow(v.activation == 2 ? SIGMOID : TANH, to, to, v.channels);
}

// ---- back to the source ----

/** Adds to what lies there; where no two windows meet, stores. */
@inline
function give(v: Windows, to: usize, value: v128, left: i32): void {
  storeUpTo(to, v.cover == OVERLAP ? f32x4.add(v128.load(to), value) : value, left);
}

/** The gradient goes to the first of the greatest. */
function maximumGradient(v: Windows, list: usize, stop: usize, y: usize, g: usize): void {
  const bytes = <usize>v.channels << 2;
  const shift = v.other - v.source;
  if (stop - list == 32 && v.cover != OVERLAP) return fourGradients(list, shift, y, g, v.channels);
  for (let at: usize = 0; at < bytes; at += 16) {
    const most = v128.load(y + at);
    const left = <i32>(bytes - at) >> 2;
    let rest = v128.load(g + at);
    for (let entry = list; entry < stop; entry += 8) {
      const from = addressAt(entry) + at;
      const value = v128.load(from);
      const isGreatest = v128.or(f32x4.eq(value, most), f32x4.ne(value, value));
      give(v, from + shift, v128.and(rest, isGreatest), left);
      rest = v128.andnot(rest, isGreatest);
    }
  }
}

/** The same for windows of four that no other meets. */
function fourGradients(list: usize, shift: usize, y: usize, g: usize, channels: i32): void {
  const a = addressAt(list), b = addressAt(list + 8), c = addressAt(list + 16), d = addressAt(list + 24);
  const bytes = <usize>channels << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const left = <i32>(bytes - at) >> 2;
    const most = v128.load(y + at);
    let rest = v128.load(g + at);
    rest = takeShare(a + at, shift, most, rest, left);
    rest = takeShare(b + at, shift, most, rest, left);
    rest = takeShare(c + at, shift, most, rest, left);
    takeShare(d + at, shift, most, rest, left);
  }
}

/** Gives the gradient to the greatest among four lanes, and says what is left for others. */
@inline
function takeShare(from: usize, shift: usize, most: v128, rest: v128, left: i32): v128 {
  const value = v128.load(from);
  const isGreatest = v128.or(f32x4.eq(value, most), f32x4.ne(value, value));
  storeUpTo(from + shift, v128.and(rest, isGreatest), left);
  return v128.andnot(rest, isGreatest);
}

function meanGradient(v: Windows, list: usize, stop: usize, g: usize): void {
  const bytes = <usize>v.channels << 2;
  const count = f32x4.splat(<f32>((stop - list) >> 3));
  for (let at: usize = 0; at < bytes; at += 16) {
    const share = f32x4.div(v128.load(g + at), count);
    const left = <i32>(bytes - at) >> 2;
    for (let entry = list; entry < stop; entry += 8) give(v, addressAt(entry) + at, share, left);
  }
}

function depthwiseInput(v: Windows, list: usize, stop: usize, g: usize): void {
  const bytes = <usize>v.channels << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const upstream = v128.load(g + at);
    const left = <i32>(bytes - at) >> 2;
    for (let entry = list; entry < stop; entry += 8) {
      const to = addressAt(entry) + at;
      const kernel = v128.load(v.other + tapAt(entry) * bytes + at);
      storeUpTo(to, madd<f32>(upstream, kernel, v128.load(to)), left);
    }
  }
}

function depthwiseKernel(v: Windows, list: usize, stop: usize, g: usize, sums: usize): void {
  const bytes = <usize>v.channels << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const upstream = v128.load(g + at);
    const left = <i32>(bytes - at) >> 2;
    for (let entry = list; entry < stop; entry += 8) {
      const to = sums + tapAt(entry) * bytes + at;
      storeUpTo(to, madd<f32>(upstream, v128.load(addressAt(entry) + at), v128.load(to)), left);
    }
  }
}
