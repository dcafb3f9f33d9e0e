/**
 * The left factor of a convolution as a matrix product, a row for each window: packed for the tiles, gathered plain for a
 * library, or noted as addresses where windows are read where they lie; and how a thread's space is divided for that.
 */
import { Gemm, rowOf } from "./gemm_task";
import { turn } from "./gemm_pack";
import { isForLibrary } from "./library";
import { ceilDiv, min32 } from "./vector";
import { baseOf, maskOf, RECORD, setMasks, tapOffset, Windows } from "./windows";

/** Columns of a strip. */
export const WIDTH: i32 = 8;
/** From so many elements on, threads share the packing of a kernel, so many at a time. */
export const PACK_TOGETHER: i32 = 40_000;

/** How a thread's space is divided: the product, windows, a panel of a, and one of b or of results. */
export const RECORDS: usize = 1024;
export const MOST_ROWS: i32 = 256;
export const PANEL_A: usize = RECORDS + RECORD * 256;
export const PANEL_A_BYTES: i32 = 224 * 1024;
export const PANEL_B: usize = PANEL_A + 224 * 1024;
export const PANEL_B_BYTES: i32 = 128 * 1024;

/** With so few strips of columns, windows are read where they lie instead of being packed. */
const FEW_STRIPS: i32 = 4;
/** Where taps have fewer channels, an address for each costs more than packing. */
const DIRECT_CHANNELS: i32 = 8;

/** For a library: the most columns of a panel of windows, and the most bytes of one. */
export const LIBRARY_DEPTH: i32 = 512;
export const LIBRARY_BYTES: i32 = 384 * 1024;
/** Gathering windows of few channels costs more than the library is faster. */
const LIBRARY_CHANNELS: i32 = 4;

/** Says whether a library of the system is to compute the products of a chunk. */
export function isByLibrary(v: Windows, rows: i32): bool {
  return v.channels >= LIBRARY_CHANNELS && isForLibrary(<f64>rows * <f64>(v.taps * v.channels) * <f64>v.filters);
}

/** Says whether windows are read where they lie: where so few strips use them that packing does not pay. */
export function isDirect(v: Windows): bool {
  return ceilDiv(v.filters, WIDTH) <= FEW_STRIPS && v.channels >= DIRECT_CHANNELS;
}

// ---- for a library ----

/** Writes columns `k0` to `k0 + depth` of the matrix of windows, row by row. */
export function gatherPlain(
  v: Windows, source: usize, records: usize, count: i32, k0: i32, depth: i32, to: usize,
): void {
  const end = k0 + depth, stride = <usize>depth << 2;
  for (let k = k0; k < end;) {
    const block = k / v.channels >> 6;
    setMasks(v, records, count, block);
    const endHere = min32(end, ((block + 1) << 6) * v.channels);
    let record = records, row = to;
    for (let i = 0; i < count; i++) {
      const mask = maskOf(record);
      const base = source + (<usize>baseOf(record) << 2);
      let tap = k / v.channels, channel = k % v.channels;
      let at = row;
      for (let j = k; j < endHere;) {
        const run = min32(v.channels - channel, endHere - j);
        const isInside = <i32>(mask >> (tap & 63)) & 1;
        const from = isInside ? base + (<usize>(tapOffset(v, tap) + channel) << 2) : v.zeros;
        copyRun(at, from, <usize>run << 2);
        at += <usize>run << 2;
        j += run;
        tap++;
        channel = 0;
      }
      record += RECORD;
      row += stride;
    }
    to += <usize>(endHere - k) << 2;
    k = endHere;
  }
}

@inline
function copyRun(to: usize, from: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(to + at, v128.load(from + at));
  for (; at < bytes; at += 4) store<u32>(to + at, load<u32>(from + at));
}

// ---- addresses, and panels of rows ----

/** Where a tap of a window lies; zeros where that is in the padding. */
@inline
function addressOf(v: Windows, base: usize, mask: u64, tap: i32): usize {
  return mask >> (tap & 63) & 1 ? base + (<usize>tapOffset(v, tap) << 2) : v.zeros;
}

/** The addresses of taps, six windows at a time: windows beyond the last are the last once more. */
export function noteTiles(
  v: Windows, source: usize, records: usize, count: i32, first: i32, taps: i32, to: usize,
): void {
  const end = first + taps, whole = ceilDiv(count, 6) * 6;
  for (let tap = first; tap < end;) {
    const endHere = min32(end, (tap | 63) + 1);
    setMasks(v, records, count, tap >> 6);
    for (let i = 0; i < whole; i++) {
      const record = records + <usize>min32(i, count - 1) * RECORD;
      const mask = maskOf(record), base = source + (<usize>baseOf(record) << 2);
      let at = to + (<usize>(i / 6 * taps * 6 + i % 6 + (tap - first) * 6) << 2);
      for (let j = tap; j < endHere; j++) {
        store<usize>(at, addressOf(v, base, mask, j));
        at += 24;
      }
    }
    tap = endHere;
  }
}

/** Where a window's run of channels lies; zeros where that is in the padding. */
@inline
function runAt(v: Windows, source: usize, record: usize, offset: i32, bit: i32): usize {
  const isInside = <i32>(maskOf(record) >> bit) & 1;
  return isInside ? source + (<usize>(baseOf(record) + offset) << 2) : v.zeros;
}

/** Packs a tile of windows: for each element the tile's values side by side. */
export function gatherRows(v: Windows, g: Gemm, source: usize, records: usize, tile: i32): void {
  const row = rowOf(g, tile);
  const height = tile < g.sixes ? 6 : 4;
  const count = min32(height, g.rows - row);
  const record = records + <usize>row * RECORD;
  let to = g.packedA + (<usize>row * g.depth << 2);
  // Rows beyond the last are windows once more: what comes of them is dropped.
  const r1 = count > 1 ? record + RECORD : record;
  const r2 = count > 2 ? record + 2 * RECORD : record;
  const r3 = count > 3 ? record + 3 * RECORD : record;
  const r4 = count > 4 ? record + 4 * RECORD : record;
  const r5 = count > 5 ? record + 5 * RECORD : record;
  const end = g.k0 + g.depth;
  let block = -1;
  let tap = g.k0 / v.channels, channel = g.k0 % v.channels;
  for (let k = g.k0; k < end;) {
    if (tap >> 6 != block) {
      block = tap >> 6;
      setMasks(v, record, count, block);
    }
    const run = min32(v.channels - channel, end - k);
    const offset = tapOffset(v, tap) + channel, bit = tap & 63;
    const a0 = runAt(v, source, record, offset, bit), a1 = runAt(v, source, r1, offset, bit);
    const a2 = runAt(v, source, r2, offset, bit), a3 = runAt(v, source, r3, offset, bit);
    if (height == 6) {
      const a4 = runAt(v, source, r4, offset, bit), a5 = runAt(v, source, r5, offset, bit);
      to = packSix(a0, a1, a2, a3, a4, a5, run, to);
    } else to = packFour(a0, a1, a2, a3, run, to);
    k += run;
    tap++;
    channel = 0;
  }
}

@inline
function packSix(
  a0: usize, a1: usize, a2: usize, a3: usize, a4: usize, a5: usize, run: i32, to: usize,
): usize {
  let at: usize = 0;
  const bytes = <usize>run << 2;
  for (; at + 16 <= bytes; at += 16) {
    turn(a0 + at, a1 + at, a2 + at, a3 + at, to, 24);
    const u = v128.load(a4 + at), w = v128.load(a5 + at);
    const low = v128.shuffle<i32>(u, w, 0, 4, 1, 5), high = v128.shuffle<i32>(u, w, 2, 6, 3, 7);
    v128.store64_lane(to, low, 0, 16);
    v128.store64_lane(to, low, 1, 40);
    v128.store64_lane(to, high, 0, 64);
    v128.store64_lane(to, high, 1, 88);
    to += 96;
  }
  for (; at < bytes; at += 4) {
    store<u32>(to, load<u32>(a0 + at));
    store<u32>(to, load<u32>(a1 + at), 4);
    store<u32>(to, load<u32>(a2 + at), 8);
    store<u32>(to, load<u32>(a3 + at), 12);
    store<u32>(to, load<u32>(a4 + at), 16);
    store<u32>(to, load<u32>(a5 + at), 20);
    to += 24;
  }
  return to;
}

@inline
function packFour(a0: usize, a1: usize, a2: usize, a3: usize, run: i32, to: usize): usize {
  let at: usize = 0;
  const bytes = <usize>run << 2;
  for (; at + 16 <= bytes; at += 16) {
    turn(a0 + at, a1 + at, a2 + at, a3 + at, to, 16);
    to += 64;
  }
  for (; at < bytes; at += 4) {
    store<u32>(to, load<u32>(a0 + at));
    store<u32>(to, load<u32>(a1 + at), 4);
    store<u32>(to, load<u32>(a2 + at), 8);
    store<u32>(to, load<u32>(a3 + at), 12);
    to += 16;
  }
  return to;
}

// ---- the same, transposed ----

/** The addresses of taps, tap by tap for all windows. */
export function noteTaps(
  v: Windows, source: usize, records: usize, count: i32, first: i32, taps: i32, to: usize,
): void {
  const end = first + taps;
  for (let tap = first; tap < end;) {
    const endHere = min32(end, (tap | 63) + 1);
    setMasks(v, records, count, tap >> 6);
    let record = records;
    for (let i = 0; i < count; i++) {
      const mask = maskOf(record), base = source + (<usize>baseOf(record) << 2);
      let at = to + (<usize>((tap - first) * count + i) << 2);
      for (let j = tap; j < endHere; j++) {
        store<usize>(at, addressOf(v, base, mask, j));
        at += <usize>count << 2;
      }
      record += RECORD;
    }
    tap = endHere;
  }
}

/** Packs a tile of elements: for each window the tile's values side by side. Says which masks are set. */
export function gatherColumns(
  v: Windows, g: Gemm, source: usize, records: usize, k0: i32, tile: i32, block: i32,
): i32 {
  const row = rowOf(g, tile);
  const height = tile < g.sixes ? 6 : 4;
  const k = k0 + row;
  let to = g.packedA + (<usize>row * g.depth << 2);
  const end = records + <usize>g.depth * RECORD;
  const tap = k / v.channels, channel = k % v.channels;
  const last = min32(k0 + g.rows, k + height) - 1;
  const alone = channel + height <= v.channels;
  if (v.padded && (tap >> 6 != block || last / v.channels >> 6 != block)) {
    block = tap >> 6;
    setMasks(v, records, g.depth, block);
  }
  if (alone) {
    const at = source + (<usize>(tapOffset(v, tap) + channel) << 2);
    const bit = tap & 63;
    for (let record = records; record < end; record += RECORD) {
      const isInside = <i32>(maskOf(record) >> bit) & 1;
      const from = isInside ? at + (<usize>baseOf(record) << 2) : v.zeros;
      v128.store(to, v128.load(from));
      if (height == 6) store<u64>(to, load<u64>(from, 16), 16);
      to += <usize>height << 2;
    }
    return block;
  }
  for (let i = 0; i < height; i++) {
    const element = min32(k + i, last);
    const mine = element / v.channels;
    const at = source + (<usize>(tapOffset(v, mine) + element % v.channels) << 2);
    const bit = mine & 63;
    if (v.padded && mine >> 6 != block) {
      block = mine >> 6;
      setMasks(v, records, g.depth, block);
    }
    let out = to + (<usize>i << 2);
    const step = <usize>height << 2;
    for (let record = records; record < end; record += RECORD) {
      const isInside = <i32>(maskOf(record) >> bit) & 1;
      const value = isInside ? load<u32>(at + (<usize>baseOf(record) << 2)) : 0;
      store<u32>(out, value);
      out += step;
    }
  }
  return block;
}
