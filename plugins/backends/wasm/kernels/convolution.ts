/**
 * Convolutions as matrix products. The left factor, a row for each window, is gathered while its panels are packed, a few
 * rows at a time for each thread, and the tiles are those of the matrix product; where the result has few columns, packing
 * does not pay, and tiles of their own read windows where they lie. The gradient of the kernel is a product with the left
 * factor transposed, in pieces of rows whose sums are added in order. The gradient of the input is a convolution by the
 * kernel turned round where windows are next to each other; else products are added to where their elements lie.
 *
 * How rows are cut for threads never changes an element of a result: it is one sum in a fixed order.
 */
import { CHUNK, computeTiles, DEPTH_BYTES, evenly, SHARED_FROM } from "./gemm";
import { packA, packB, STRIP, turn } from "./gemm_pack";
import { cutRows, foursIn, Gemm, rowOf } from "./gemm_task";
import {
  ADD, finishRows, isForLibrary, libraryThreads, multiplyHere, TRANSPOSE_A, TRANSPOSE_B,
} from "./library";
import { note, parallel, threadCount } from "./parallel";
import { CONV_INPUT, CONV_INPUT_PACK, CONV_KERNEL, CONV_PACK, CONV_ROWS } from "./tasks";
import { ceilDiv, max32, min32 } from "./vector";
import {
  baseOf, locate, maskOf, ownSpace, prepareWindows, RECORD, setMasks, tapOffset, theWindows, Windows,
} from "./windows";
import { tapTile4, tapTile6, windowTile } from "./window_tile";

/** Columns of a strip. */
const WIDTH: i32 = 8;
/** From so many elements on, threads share the packing of a kernel, so many at a time. */
const PACK_TOGETHER: i32 = 40_000;

/** How a thread's space is divided: the product, windows, a panel of a, and one of b or of results. */
const RECORDS: usize = 1024;
const MOST_ROWS: i32 = 256;
const PANEL_A: usize = RECORDS + RECORD * 256;
const PANEL_A_BYTES: i32 = 224 * 1024;
const PANEL_B: usize = PANEL_A + 224 * 1024;
const PANEL_B_BYTES: i32 = 128 * 1024;

/** Rows of windows that one panel of a forward product holds, in bytes. */
const ROWS_BYTES: i32 = 96 * 1024;

/** With so few strips of columns, windows are read where they lie instead of being packed. */
const FEW_STRIPS: i32 = 4;
/** Taps whose addresses are noted together, at most. */
const MOST_TAPS: i32 = 1024;
/** Windows whose taps stay in the first cache while the gradient of a kernel is summed. */
const GRADIENT_ROWS: i32 = 128;
/** Where taps have fewer channels, an address for each costs more than packing. */
const DIRECT_CHANNELS: i32 = 8;

/** For a library: the most columns of a panel of windows, and the most bytes of one. */
const LIBRARY_DEPTH: i32 = 512;
const LIBRARY_BYTES: i32 = 384 * 1024;
/** Gathering windows of few channels costs more than the library is faster. */
const LIBRARY_CHANNELS: i32 = 4;

/** Says whether a library of the system is to compute the products of a chunk. */
function isByLibrary(v: Windows, rows: i32): bool {
  return v.channels >= LIBRARY_CHANNELS && isForLibrary(<f64>rows * <f64>(v.taps * v.channels) * <f64>v.filters);
}

/** target = act(windows of source x kernel + bias). */
export function convolve(): void {
  const v = theWindows();
  prepareWindows(v);
  const k = v.taps * v.channels, rows = v.images * v.places;
  if (k == 0 || rows == 0) return;
  v.byLibrary = isByLibrary(v, min32(rows, MOST_ROWS));
  if (v.byLibrary) return convolveByLibrary(v, k, rows);
  v.strips = ceilDiv(v.filters, WIDTH);
  v.direct = v.strips <= FEW_STRIPS && v.channels >= DIRECT_CHANNELS;
  // In elements; where windows are read directly, whole taps.
  v.depth = v.direct ? tapsTogether(v) * v.channels : evenly(k, DEPTH_BYTES / 4);
  const strips = v.groups * v.strips;
  if (<i64>k * v.filters * v.groups < PACK_TOGETHER) {
    for (let strip = 0; strip < strips; strip++) packKernelStrip(v, strip);
  } else parallel(CONV_PACK, strips);

  let most = ROWS_BYTES / 4 / v.depth;
  if (v.direct) most = max32(most, min32(MOST_ROWS, PANEL_A_BYTES / 4 / tapsTogether(v)));
  most = max32(6, min32(MOST_ROWS, most) / 6 * 6);
  const work = <f64>rows * <f64>k * <f64>v.filters * <f64>v.groups;
  const together = work >= SHARED_FROM;
  if (together) {
    const row = <i64>k * v.filters + 1;
    const wanted = ceilDiv(rows * v.groups, threadCount() * 4);
    const least = <i32>min<i64>(most, CHUNK / row + 1);
    most = min32(most, ceilDiv(max32(wanted, least), 6) * 6);
  }
  v.rowsPerChunk = most;
  v.rowChunks = ceilDiv(rows, most);
  const chunks = v.groups * v.rowChunks;
  if (together) parallel(CONV_ROWS, chunks);
  else for (let chunk = 0; chunk < chunks; chunk++) convolveRows(chunk);
}

/** How many taps of windows that are read directly are multiplied in one pass. */
function tapsTogether(v: Windows): i32 {
  const most = min32(MOST_TAPS, max32(1, DEPTH_BYTES / 4 / v.channels));
  return ceilDiv(v.taps, ceilDiv(v.taps, most));
}

function convolveByLibrary(v: Windows, k: i32, rows: i32): void {
  v.depth = evenly(k, LIBRARY_DEPTH);
  const most = min32(MOST_ROWS, LIBRARY_BYTES / 4 / v.depth);
  const each = ceilDiv(rows * v.groups, libraryThreads() * 4);
  v.rowsPerChunk = min32(most, max32(each, 64));
  v.rowChunks = ceilDiv(rows, v.rowsPerChunk);
  note(<i32>(<f64>rows * <f64>k * <f64>v.filters * <f64>v.groups / <f64>CHUNK));
  parallel(CONV_ROWS, v.groups * v.rowChunks);
}

/** Some windows of one group: gathered row by row, multiplied by the library, finished. */
function convolveRowsPlain(v: Windows, chunk: i32): void {
  const space = ownSpace();
  const group = chunk / v.rowChunks;
  const first = chunk % v.rowChunks * v.rowsPerChunk;
  const count = min32(v.rowsPerChunk, v.images * v.places - first);
  const k = v.taps * v.channels;
  locate(v, first, count, space + RECORDS);
  const source = v.source + (<usize>(group * v.sourceGroup) << 2);
  const kernel = v.other + (<usize>(group * v.otherGroup) << 2);
  const target = v.target + (<usize>(group * v.targetGroup + first * v.targetRow) << 2);
  for (let k0 = 0; k0 < k; k0 += v.depth) {
    const depth = min32(v.depth, k - k0);
    gatherPlain(v, source, space + RECORDS, count, k0, depth, space + PANEL_A);
    const by = kernel + (<usize>(k0 * v.otherRow) << 2);
    const flags = k0 == 0 ? 0 : ADD;
    multiplyHere(flags, count, v.filters, depth, space + PANEL_A, depth, by, v.otherRow, target, v.targetRow);
  }
  const bias = v.third ? v.third + (<usize>(group * v.filters) << 2) : 0;
  finishRows(target, count, v.filters, <usize>v.targetRow << 2, bias, v.activation);
}

/** Writes columns `k0` to `k0 + depth` of the matrix of windows, row by row. */
function gatherPlain(
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

export function convolutionChunk(kind: i32, chunk: i32): void {
  if (kind == CONV_PACK) packKernelStrip(theWindows(), chunk);
  else if (kind == CONV_ROWS) convolveRows(chunk);
  else if (kind == CONV_KERNEL) kernelPiece(chunk);
  else if (kind == CONV_INPUT_PACK) packTurnedStrip(theWindows(), chunk);
  else inputImage(chunk);
}

// ---- the kernel, packed ----

/** One strip of the kernel of one group, in panels for each block of k. */
function packKernelStrip(v: Windows, index: i32): void {
  const g = changetype<Gemm>(ownSpace());
  const group = index / v.strips, strip = index % v.strips;
  const k = v.taps * v.channels;
  g.n = v.filters;
  g.b = v.other + (<usize>(group * v.otherGroup) << 2);
  g.strideB = <usize>v.otherRow << 2;
  g.j0 = 0;
  const room = v.room + <usize>group * k * v.strips * STRIP;
  g.transposeB = false;
  for (let k0 = 0; k0 < k; k0 += v.depth) {
    g.k0 = k0;
    g.depth = min32(v.depth, k - k0);
    g.packedB = room + <usize>k0 * v.strips * STRIP;
    packB<f32>(g, strip, strip + 1);
  }
}

// ---- windows x kernel ----

/** Some windows of one group. */
function convolveRows(chunk: i32): void {
  const v = theWindows();
  if (v.byLibrary) return convolveRowsPlain(v, chunk);
  const space = ownSpace();
  const g = changetype<Gemm>(space);
  const group = chunk / v.rowChunks;
  const first = chunk % v.rowChunks * v.rowsPerChunk;
  const count = min32(v.rowsPerChunk, v.images * v.places - first);
  const k = v.taps * v.channels;
  const records = space + RECORDS;
  locate(v, first, count, records);
  const target = v.target + (<usize>(group * v.targetGroup) << 2);
  g.n = v.filters;
  g.bias = v.third ? v.third + (<usize>(group * v.filters) << 2) : 0;
  g.activation = v.activation;
  g.direct = false;
  g.packedA = space + PANEL_A;
  g.i0 = 0;
  g.j0 = 0;
  g.strips = v.strips;
  g.c = target + (<usize>first * v.targetRow << 2);
  g.strideC = <usize>v.targetRow << 2;
  cutRows(g, count);
  const room = v.room + <usize>group * k * v.strips * STRIP;
  const source = v.source + (<usize>(group * v.sourceGroup) << 2);
  if (v.direct) return convolveDirectly(v, g, source, records, count, room);
  for (let k0 = 0; k0 < k; k0 += v.depth) {
    g.k0 = k0;
    g.depth = min32(v.depth, k - k0);
    g.first = k0 == 0;
    g.last = k0 + v.depth >= k;
    g.packedB = room + <usize>k0 * v.strips * STRIP;
    for (let tile = 0; tile < g.tiles; tile++) gatherRows(v, g, source, records, tile);
    computeTiles<f32>(g, 0, g.tiles, 0, g.strips);
  }
}

/** The same with windows that are read where they lie. */
function convolveDirectly(
  v: Windows, g: Gemm, source: usize, records: usize, count: i32, room: usize,
): void {
  const each = v.depth / v.channels, addresses = g.packedA;
  for (let tap = 0; tap < v.taps; tap += each) {
    const taps = min32(each, v.taps - tap);
    const relu = tap + taps == v.taps && v.activation == 1;
    noteTiles(v, source, records, count, tap, taps, addresses);
    let b = room + <usize>(tap * v.channels * v.strips) * STRIP;
    for (let column = 0; column < v.filters; column += WIDTH) {
      const columns = min32(WIDTH, v.filters - column);
      const bias = g.bias ? g.bias + (<usize>column << 2) : 0;
      let at = addresses, c = g.c + (<usize>column << 2);
      for (let row = 0; row < count; row += 6) {
        const rows = min32(6, count - row);
        windowTile(at, taps, v.channels, b, c, g.strideC, bias, tap == 0, relu, rows, columns);
        at += <usize>taps * 24;
        c += 6 * g.strideC;
      }
      b += <usize>(taps * v.channels) * STRIP;
    }
  }
  if (v.activation > 1) finishRows(g.c, count, v.filters, g.strideC, 0, v.activation);
}

/** Where a tap of a window lies; zeros where that is in the padding. */
@inline
function addressOf(v: Windows, base: usize, mask: u64, tap: i32): usize {
  return mask >> (tap & 63) & 1 ? base + (<usize>tapOffset(v, tap) << 2) : v.zeros;
}

/** The addresses of taps, six windows at a time: windows beyond the last are the last once more. */
function noteTiles(
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
function gatherRows(v: Windows, g: Gemm, source: usize, records: usize, tile: i32): void {
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

// ---- windows, transposed, x upstream gradient ----

/**
 * `pieces` sums [taps channels, filters] at the target, one for each piece of the rows: the gradient of a kernel, which
 * is their sum. A chunk is a piece, or some rows of one where the kernel is large.
 */
export function kernelGradient(): void {
  const v = theWindows();
  prepareWindows(v);
  const k = v.taps * v.channels;
  v.strips = ceilDiv(min32(v.filters, PANEL_B_BYTES / 4 / MOST_ROWS), WIDTH);
  v.byLibrary = isByLibrary(v, MOST_ROWS);
  v.depth = evenly(k, v.byLibrary ? LIBRARY_BYTES / 4 / MOST_ROWS : PANEL_A_BYTES / 4 / MOST_ROWS - 12);
  v.direct = ceilDiv(v.filters, WIDTH) <= FEW_STRIPS && v.channels >= DIRECT_CHANNELS;
  v.rowChunks = ceilDiv(k, v.depth);
  const chunks = v.groups * v.pieces * v.rowChunks;
  const work = <f64>v.images * <f64>v.places * <f64>k * <f64>v.filters * <f64>v.groups;
  if (work >= SHARED_FROM) {
    // Helpers start by the work that passes; a few large chunks are much of it.
    note(<i32>(work / <f64>CHUNK));
    parallel(CONV_KERNEL, chunks);
  } else for (let chunk = 0; chunk < chunks; chunk++) kernelPiece(chunk);
}

function kernelPiece(chunk: i32): void {
  const v = theWindows();
  const space = ownSpace();
  const g = changetype<Gemm>(space);
  const range = chunk % v.rowChunks;
  const piece = chunk / v.rowChunks % v.pieces;
  const group = chunk / v.rowChunks / v.pieces;
  const k = v.taps * v.channels;
  const rows = v.images * v.places;
  const from = <i32>(<i64>rows * piece / v.pieces), end = <i32>(<i64>rows * (piece + 1) / v.pieces);
  const k0 = range * v.depth;
  const records = space + RECORDS;
  const source = v.source + (<usize>(group * v.sourceGroup) << 2);
  const size = <usize>k * v.targetRow << 2;
  g.n = v.filters;
  g.bias = 0;
  g.activation = 0;
  g.direct = false;
  g.transposeB = false;
  g.strideB = <usize>v.otherRow << 2;
  g.strideC = <usize>v.targetRow << 2;
  g.packedA = space + PANEL_A;
  g.packedB = space + PANEL_B;
  g.i0 = k0;
  g.c = v.target + <usize>piece * size + (<usize>(group * v.targetGroup) << 2);
  cutRows(g, min32(v.depth, k - k0));
  g.last = false;
  if (v.byLibrary) {
    g.c += <usize>k0 * g.strideC;
    for (let row = from; row < end; row += MOST_ROWS) {
      const count = min32(MOST_ROWS, end - row), panel = space + PANEL_A;
      locate(v, row, count, records);
      gatherPlain(v, source, records, count, k0, g.rows, panel);
      const by = v.other + (<usize>(row * v.otherRow + group * v.otherGroup) << 2);
      const flags = row == from ? TRANSPOSE_A : TRANSPOSE_A | ADD;
      multiplyHere(flags, g.rows, v.filters, count, panel, g.rows, by, v.otherRow, g.c, v.targetRow);
    }
    return;
  }
  const each = v.direct ? GRADIENT_ROWS : MOST_ROWS;
  for (let row = from; row < end; row += each) {
    g.first = row == from;
    g.depth = min32(each, end - row);
    g.k0 = 0;
    g.b = v.other + (<usize>row * v.otherRow << 2) + (<usize>(group * v.otherGroup) << 2);
    locate(v, row, g.depth, records);
    if (v.direct) {
      const tap = k0 / v.channels, endTap = ceilDiv(k0 + g.rows, v.channels);
      noteTaps(v, source, records, g.depth, tap, endTap - tap, g.packedA);
      g.j0 = 0;
      g.strips = ceilDiv(v.filters, WIDTH);
      packB<f32>(g, 0, g.strips);
      for (let strip = 0; strip < g.strips; strip++) gradientColumns(v, g, k0, strip);
      continue;
    }
    let block = -1;
    for (let tile = 0; tile < g.tiles; tile++) block = gatherColumns(v, g, source, records, k0, tile, block);
    for (let column = 0; column < v.filters; column += v.strips * WIDTH) {
      g.j0 = column;
      g.strips = min32(v.strips, ceilDiv(v.filters - column, WIDTH));
      packB<f32>(g, 0, g.strips);
      computeTiles<f32>(g, 0, g.tiles, 0, g.strips);
    }
  }
}

/** The addresses of taps, tap by tap for all windows. */
function noteTaps(
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

/** A strip of columns of the gradient, rows `k0` and on: tap by tap, each in tiles of six elements and of four. */
function gradientColumns(v: Windows, g: Gemm, k0: i32, strip: i32): void {
  const column = strip * WIDTH;
  let addresses = g.packedA;
  const columns = min32(WIDTH, g.n - column);
  const b = g.packedB + <usize>(strip * g.depth) * STRIP;
  const end = k0 + g.rows;
  for (let k = k0; k < end;) {
    const endHere = min32(end, (k / v.channels + 1) * v.channels);
    const fours = foursIn(endHere - k);
    while (k < endHere) {
      const rows = endHere - k, channel = <usize>(k % v.channels) << 2;
      const c = g.c + <usize>(g.i0 + k - k0) * g.strideC + (<usize>column << 2);
      if (rows > fours * 4) {
        tapTile6(addresses, channel, g.depth, b, c, g.strideC, g.first, min32(6, rows), columns);
        k += 6;
      } else {
        tapTile4(addresses, channel, g.depth, b, c, g.strideC, g.first, min32(4, rows), columns);
        k += 4;
      }
    }
    k = endHere;
    addresses += <usize>g.depth << 2;
  }
}

/** Packs a tile of elements: for each window the tile's values side by side. Says which masks are set. */
function gatherColumns(
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

// ---- upstream gradient x kernel, transposed, added to where the windows lie ----

/** Bytes of the products of some windows with the kernel. */
const PRODUCTS_BYTES: i32 = 224 * 1024;
const PRODUCTS: usize = PANEL_A + 48 * 1024;
/** Windows whose products are formed together. */
const TOGETHER: i32 = 48;

/** source = the sum of upstream gradient (the target) x kernel, each product where its window's element lies. */
export function inputGradient(): void {
  const v = theWindows();
  prepareWindows(v);
  const columns = v.taps * v.channels;
  // The products of a tap must fit.
  v.rowsPerChunk = min32(v.places, min32(MOST_ROWS, LIBRARY_BYTES / 4 / v.channels));
  v.byLibrary = isByLibrary(v, v.rowsPerChunk);
  if (!v.byLibrary) {
    packTurned(v);
    // Whole taps, so that no two products of one element lie in different pieces of the kernel.
    const rows = min32(v.places, TOGETHER);
    v.rowsPerChunk = min32(rows, max32(6, PRODUCTS_BYTES / 4 / (v.channels + 8)));
  }
  const chunks = v.images * v.groups;
  const work = <f64>v.images * <f64>v.places * <f64>columns * <f64>v.filters * <f64>v.groups;
  if (work >= SHARED_FROM) {
    note(<i32>(work / <f64>CHUNK));
    parallel(CONV_INPUT, chunks);
  } else for (let chunk = 0; chunk < chunks; chunk++) inputImage(chunk);
}

/** The kernel, transposed and packed. */
function packTurned(v: Windows): void {
  v.depth = evenly(v.filters, 96);
  v.strips = ceilDiv(v.taps * v.channels, WIDTH);
  const strips = v.groups * v.strips;
  if (<i64>v.taps * v.channels * v.filters * v.groups < PACK_TOGETHER) {
    for (let strip = 0; strip < strips; strip++) packTurnedStrip(v, strip);
  } else parallel(CONV_INPUT_PACK, strips);
}

/** One strip of the kernel `[taps channels, filters]` of one group, transposed. */
function packTurnedStrip(v: Windows, index: i32): void {
  const g = changetype<Gemm>(ownSpace());
  const group = index / v.strips, strip = index % v.strips;
  g.n = v.taps * v.channels;
  g.transposeB = true;
  g.b = v.other + (<usize>(group * v.otherGroup) << 2);
  g.strideB = <usize>v.otherRow << 2;
  g.j0 = 0;
  const room = v.room + <usize>group * v.filters * v.strips * STRIP;
  for (let k0 = 0; k0 < v.filters; k0 += v.depth) {
    g.k0 = k0;
    g.depth = min32(v.depth, v.filters - k0);
    g.packedB = room + <usize>k0 * v.strips * STRIP;
    packB<f32>(g, strip, strip + 1);
  }
}

/** One image, and one group of its channels. */
function inputImage(chunk: i32): void {
  const v = theWindows();
  const space = ownSpace();
  const g = changetype<Gemm>(space);
  const image = chunk / v.groups, group = chunk % v.groups;
  const columns = v.taps * v.channels;
  const records = space + RECORDS;
  const source = v.source + (<usize>(group * v.sourceGroup) << 2);
  clearChannels(v, source + (<usize>(image * v.sourceImage) << 2));
  if (v.byLibrary) return inputImagePlain(v, image, group, source);
  const most = PRODUCTS_BYTES / 4 / v.rowsPerChunk;
  // A strip may reach into the next piece; its columns there are formed twice.
  const tapsEach = max32(1, most / v.channels - 1);
  g.bias = 0;
  g.activation = 0;
  g.direct = false;
  g.transposeA = false;
  g.a = v.target + (<usize>(group * v.targetGroup) << 2);
  g.strideA = <usize>v.targetRow << 2;
  g.packedA = space + PANEL_A;
  g.last = false;
  const room = v.room + <usize>group * v.filters * v.strips * STRIP;
  for (let tap0 = 0; tap0 < v.taps; tap0 += tapsEach) {
    const endTap = min32(v.taps, tap0 + tapsEach);
    const firstStrip = tap0 * v.channels / WIDTH;
    const endStrip = ceilDiv(endTap * v.channels, WIDTH);
    const width = min32(columns, endStrip * WIDTH) - firstStrip * WIDTH;
    g.n = width;
    g.j0 = 0;
    g.strideC = <usize>width << 2;
    g.strips = endStrip - firstStrip;
    for (let row = 0; row < v.places; row += v.rowsPerChunk) {
      const count = min32(v.rowsPerChunk, v.places - row);
      const index = image * v.places + row;
      cutRows(g, count);
      for (let k0 = 0; k0 < v.filters; k0 += v.depth) {
        g.k0 = k0;
        g.depth = min32(v.depth, v.filters - k0);
        g.first = k0 == 0;
        g.i0 = index;
        packA<f32>(g, 0, g.tiles);
        g.i0 = 0;
        g.c = space + PRODUCTS;
        g.packedB = room + <usize>k0 * v.strips * STRIP + <usize>firstStrip * g.depth * STRIP;
        computeTiles<f32>(g, 0, g.tiles, 0, g.strips);
      }
      locate(v, index, count, records);
      const skipped = tap0 * v.channels - firstStrip * WIDTH;
      addProducts(v, source, records, count, g.c + (<usize>skipped << 2), g.strideC, tap0, endTap);
    }
  }
}

/** The same with the products of the library. */
function inputImagePlain(v: Windows, image: i32, group: i32, source: usize): void {
  const space = ownSpace();
  const tapsEach = min32(v.taps, max32(1, LIBRARY_BYTES / 4 / v.rowsPerChunk / v.channels));
  const kernel = v.other + (<usize>(group * v.otherGroup) << 2);
  const a = v.target + (<usize>(group * v.targetGroup) << 2);
  for (let row = 0; row < v.places; row += v.rowsPerChunk) {
    const count = min32(v.rowsPerChunk, v.places - row);
    const index = image * v.places + row;
    locate(v, index, count, space + RECORDS);
    const from = a + (<usize>(index * v.targetRow) << 2);
    for (let tap = 0; tap < v.taps; tap += tapsEach) {
      const endTap = min32(v.taps, tap + tapsEach);
      const width = (endTap - tap) * v.channels;
      const by = kernel + (<usize>(tap * v.channels * v.otherRow) << 2);
      const products = space + PANEL_A;
      multiplyHere(TRANSPOSE_B, count, width, v.filters, from, v.targetRow, by, v.otherRow, products, width);
      addProducts(v, source, space + RECORDS, count, products, <usize>width << 2, tap, endTap);
    }
  }
}

/** Zeros for one group's channels of an image. */
function clearChannels(v: Windows, at: usize): void {
  const bytes = <usize>v.channels << 2;
  const row = <usize>(v.channels * v.groups) << 2;
  if (v.groups == 1) {
    memory.fill(at, 0, <usize>v.sourceImage << 2);
    return;
  }
  const end = at + (<usize>v.sourceImage << 2);
  for (; at < end; at += row) memory.fill(at, 0, bytes);
}

function addProducts(
  v: Windows, source: usize, records: usize, count: i32, products: usize, stride: usize, tap0: i32, endTap: i32,
): void {
  const bytes = <usize>v.channels << 2;
  let block = -1;
  for (let tap = tap0; tap < endTap; tap++) {
    if (tap >> 6 != block) {
      block = tap >> 6;
      setMasks(v, records, count, block);
    }
    const bit = tap & 63;
    const to = source + (<usize>tapOffset(v, tap) << 2);
    let from = products;
    let record = records;
    for (let i = 0; i < count; i++) {
      if (<i32>(maskOf(record) >> bit) & 1) addRun(to + (<usize>baseOf(record) << 2), from, bytes);
      record += RECORD;
      from += stride;
    }
    products += bytes;
  }
}

@inline
function addRun(to: usize, from: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
  }
  for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
}
