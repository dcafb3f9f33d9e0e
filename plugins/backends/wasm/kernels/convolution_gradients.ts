/**
 * Gradients of convolutions. That of the kernel is a product with the windows transposed, in pieces of rows whose sums are
 * added in order. That of the input is here where windows are not next to each other: products of the upstream gradient and
 * the kernel, added to where their elements lie; where they are, the host has it computed as a convolution.
 */
import { CHUNK, computeTiles, evenly, SHARED_FROM } from "./gemm";
import { packA, packB, STRIP } from "./gemm_pack";
import { cutRows, foursIn, Gemm } from "./gemm_task";
import { ADD, multiplyHere, TRANSPOSE_A, TRANSPOSE_B } from "./library";
import {
  gatherColumns, gatherPlain, isByLibrary, isDirect, LIBRARY_BYTES, MOST_ROWS, noteTaps, PACK_TOGETHER, PANEL_A,
  PANEL_A_BYTES, PANEL_B, PANEL_B_BYTES, RECORDS, WIDTH,
} from "./convolution_panels";
import { note, parallel } from "./parallel";
import { CONV_INPUT, CONV_INPUT_PACK, CONV_KERNEL } from "./tasks";
import { ceilDiv, max32, min32 } from "./vector";
import { tapTile4, tapTile6 } from "./window_tile";
import {
  baseOf, locate, maskOf, ownSpace, prepareWindows, RECORD, setMasks, tapOffset, theWindows, Windows,
} from "./windows";

/** Windows whose taps stay in the first cache while the gradient of a kernel is summed. */
const GRADIENT_ROWS: i32 = 128;

export function convolutionGradientChunk(kind: i32, chunk: i32): void {
  if (kind == CONV_KERNEL) kernelPiece(chunk);
  else if (kind == CONV_INPUT_PACK) packTurnedStrip(theWindows(), chunk);
  else inputImage(chunk);
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
  v.direct = isDirect(v);
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
