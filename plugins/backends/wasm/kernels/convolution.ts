/**
 * Convolutions as matrix products. The left factor, a row for each window, is gathered while its panels are packed, a few
 * rows at a time for each thread, and the tiles are those of the matrix product; where the result has few columns, packing
 * does not pay, and tiles of their own read windows where they lie.
 *
 * How rows are cut for threads never changes an element of a result: it is one sum in a fixed order.
 */
import { CHUNK, computeTiles, DEPTH_BYTES, evenly, SHARED_FROM } from "./gemm";
import { packB, STRIP } from "./gemm_pack";
import { cutRows, Gemm } from "./gemm_task";
import { ADD, finishRows, libraryThreads, multiplyHere } from "./library";
import {
  gatherPlain, gatherRows, isByLibrary, isDirect, LIBRARY_BYTES, LIBRARY_DEPTH, MOST_ROWS, noteTiles, PACK_TOGETHER,
  PANEL_A, PANEL_A_BYTES, RECORDS, WIDTH,
} from "./convolution_panels";
import { note, parallel, threadCount } from "./parallel";
import { CONV_PACK, CONV_ROWS } from "./tasks";
import { ceilDiv, max32, min32 } from "./vector";
import { windowTile } from "./window_tile";
import { locate, ownSpace, prepareWindows, theWindows, Windows } from "./windows";

/** Rows of windows that one panel of a forward product holds, in bytes. */
const ROWS_BYTES: i32 = 96 * 1024;
/** Taps whose addresses are noted together, at most. */
const MOST_TAPS: i32 = 1024;

/** target = act(windows of source x kernel + bias). */
export function convolve(): void {
  const v = theWindows();
  prepareWindows(v);
  const k = v.taps * v.channels, rows = v.images * v.places;
  if (k == 0 || rows == 0) return;
  v.byLibrary = isByLibrary(v, min32(rows, MOST_ROWS));
  if (v.byLibrary) return convolveByLibrary(v, k, rows);
  v.strips = ceilDiv(v.filters, WIDTH);
  v.direct = isDirect(v);
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

export function convolutionChunk(kind: i32, chunk: i32): void {
  if (kind == CONV_PACK) packKernelStrip(theWindows(), chunk);
  else convolveRows(chunk);
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
