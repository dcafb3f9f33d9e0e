/**
 * Matrix products. Blocks of a and b are packed into panels that the innermost loop reads in order: a in tiles
 * of six rows (four where that leaves less over), b in strips of two vectors; a tile of the product stays in
 * registers for a whole block of k.
 *
 * Every element of the product is one sum over k in ascending order, whatever tile, block or thread computes
 * it; so the result depends neither on the number of threads nor on how the matrix was cut.
 */
import { tile4, tile6 } from "./gemm_tile";
import { packA, packB, STRIP, width } from "./gemm_pack";
import { cutRows, Gemm, rowOf } from "./gemm_task";
import { isForLibrary, libraryChunk, multiplyByLibrary } from "./library";
import { columnsChunk, matrixVector, rowsChunk, vectorMatrix } from "./gemv";
import { GEMM, SHAPES, WORK, WORK_PER_THREAD } from "./layout";
import { GEMM_BATCH, GEMM_COMPUTE, GEMM_LIBRARY, GEMM_PACK, GEMV_COLUMNS } from "./tasks";
import { argument, note, parallel, setArgument, threadCount, threadIndex } from "./parallel";
import { SIGMOID, TANH, unaryRow } from "./unary";
import { ceilDiv, max32, min32 } from "./vector";

/** Bytes that packed rows of a, and packed columns of b, may fill. */
const PACKED_A: usize = 1536 * 1024;
const PACKED_B: usize = 1024 * 1024;
/** The same where each thread works on a product of its own. */
const OWN_A: usize = 240 * 1024;
const OWN_B: usize = 256 * 1024;
/** A product is shared among threads from so many multiplications on. */
export const SHARED_FROM: f64 = 500_000;
/** Multiplications in a chunk, at least. */
export const CHUNK: i64 = 150_000;
/** From so many elements on, packing is shared too, in chunks of so many tiles or strips. */
const PACK_TOGETHER: i32 = 20_000;
const PACK_TILES: i32 = 8;
const PACK_STRIPS: i32 = 4;
/** Depth of a block of k, in bytes of a row. */
export const DEPTH_BYTES: i32 = 3200;

/** c = act(a x b + bias) for one product or many; `flags`: transposes, activation, dtype. */
export function matmul(
  a: usize, b: usize, c: usize, bias: usize, m: i32, n: i32, k: i32, flags: i32, batches: i32,
): void {
  const g = changetype<Gemm>(GEMM);
  g.a = a;
  g.b = b;
  g.c = c;
  g.bias = bias;
  g.m = m;
  g.n = n;
  g.k = k;
  g.transposeA = (flags & 1) != 0;
  g.transposeB = (flags & 2) != 0;
  g.activation = (flags >> 2) & 3;
  g.dtype = flags >> 4;
  const size: usize = g.dtype == 1 ? 8 : 4;
  g.strideA = <usize>(g.transposeA ? m : k) * size;
  g.strideB = <usize>(g.transposeB ? k : n) * size;
  g.strideC = <usize>n * size;
  if (g.dtype == 0) multiplyAll<f32>(g, batches);
  else if (g.dtype == 1) multiplyAll<f64>(g, batches);
  else multiplyAll<i32>(g, batches);
}

function multiplyAll<T>(g: Gemm, batches: i32): void {
  if (batches == 1) {
    multiply<T>(g, WORK, WORK + PACKED_A, false);
    return;
  }
  const depth = <usize>min32(g.k, DEPTH_BYTES / sizeof<T>()) * sizeof<T>();
  const small = depth * (g.m + 12) <= OWN_A && depth * (g.n + width<T>()) <= OWN_B;
  const total = <f64>g.m * <f64>g.n * <f64>g.k * <f64>batches;
  if (small && total >= SHARED_FROM) {
    const perChunk = <i32>(CHUNK / (<i64>g.m * g.n * g.k + 1)) + 1;
    setArgument(0, batches);
    setArgument(1, perChunk);
    parallel(GEMM_BATCH, ceilDiv(batches, perChunk));
    return;
  }
  const a = g.a, b = g.b, c = g.c;
  for (let batch = 0; batch < batches; batch++) {
    moveTo<T>(g, a, b, c, batch);
    multiply<T>(g, WORK, WORK + PACKED_A, small);
  }
}

/** Points a product at one batch; up to four batch axes, each with its steps, stand in SHAPES. */
function moveTo<T>(g: Gemm, a: usize, b: usize, c: usize, batch: i32): void {
  let stepA = 0, stepB = 0, rest = batch;
  for (let axis = 3; axis >= 0; axis--) {
    const at = SHAPES + (<usize>axis << 2);
    const size = load<i32>(at);
    const index = rest % size;
    rest /= size;
    stepA += index * load<i32>(at, 16);
    stepB += index * load<i32>(at, 32);
  }
  g.a = a + <usize>stepA * sizeof<T>();
  g.b = b + <usize>stepB * sizeof<T>();
  g.c = c + <usize>batch * g.m * g.n * sizeof<T>();
}

/** Some products of a batch, each done by one thread in a working space of its own. */
function batchChunk<T>(chunk: i32): void {
  const shared = changetype<Gemm>(GEMM);
  const space = WORK + <usize>threadIndex * WORK_PER_THREAD;
  const own = changetype<Gemm>(space);
  memory.copy(space, GEMM, offsetof<Gemm>());
  const batches = <i32>argument(0), perChunk = <i32>argument(1);
  const end = min32(batches, (chunk + 1) * perChunk);
  for (let batch = chunk * perChunk; batch < end; batch++) {
    moveTo<T>(own, shared.a, shared.b, shared.c, batch);
    multiply<T>(own, space + 1024, space + 1024 + OWN_A, true);
  }
}

/** One product, alone or with the help of other threads. */
function multiply<T>(g: Gemm, packedA: usize, packedB: usize, alone: bool): void {
  if (g.m == 1 && !g.transposeB) return vectorMatrix<T>(g, g.a, g.b, g.k, g.n, alone);
  if (g.n == 1 && g.transposeA && !g.bias) return vectorMatrix<T>(g, g.b, g.a, g.k, g.m, alone);
  if (g.n == 1 && !g.transposeA) return matrixVector<T>(g, g.a, g.b, g.m, g.k, alone);
  if (g.m == 1 && !g.bias) return matrixVector<T>(g, g.b, g.a, g.n, g.k, alone);
  if (isFloat<T>() && isForLibrary(<f64>g.m * <f64>g.n * <f64>g.k)) return multiplyByLibrary<T>(g, alone);
  const depth = evenly(g.k, DEPTH_BYTES / sizeof<T>());
  const rowsMost = <i32>PACKED_A / max32(1, depth * sizeof<T>()) - 12;
  const columnsMost = (<i32>PACKED_B / max32(1, depth * sizeof<T>())) & ~15;
  const rowsEach = evenly(g.m, rowsMost), columnsEach = evenly(g.n, columnsMost);
  g.packedA = packedA;
  g.packedB = packedB;
  // A few rows of tiles do not earn back what packing b costs, unless its rows are far apart in memory.
  g.direct = !g.transposeB && g.m <= (g.n <= 512 ? 48 : 4);
  const work = <f64>g.m * <f64>g.n * <f64>g.k;
  const shared = !alone && threadCount() > 1 && work >= SHARED_FROM;
  if (!alone && !shared && work >= SHARED_FROM) note(<i32>(work / <f64>CHUNK));
  for (let j0 = 0; j0 < g.n; j0 += columnsEach) {
    g.j0 = j0;
    g.strips = ceilDiv(min32(columnsEach, g.n - j0), width<T>());
    for (let k0 = 0; k0 == 0 || k0 < g.k; k0 += depth) {
      g.k0 = k0;
      g.depth = min32(depth, g.k - k0);
      g.first = k0 == 0;
      g.last = k0 + depth >= g.k;
      for (let i0 = 0; i0 < g.m; i0 += rowsEach) {
        g.i0 = i0;
        cutRows(g, min32(rowsEach, g.m - i0));
        const stripsToPack = i0 == 0 && !g.direct ? g.strips : 0;
        if (shared) {
          multiplyShared<T>(g, stripsToPack);
        } else {
          packB<T>(g, 0, stripsToPack);
          packA<T>(g, 0, g.tiles);
          computeTiles<T>(g, 0, g.tiles, 0, g.strips);
        }
      }
    }
  }
}

/** The size of pieces of almost equal size, none over `most`, in steps of 48 (whole tiles and strips). */
export function evenly(size: i32, most: i32): i32 {
  if (size <= most) return max32(size, 1);
  const pieces = ceilDiv(size, most);
  return min32(most, ceilDiv(ceilDiv(size, pieces), 48) * 48);
}

/**
 * One block with the help of other threads. Where a chunk is the only one to use its rows or its columns, it packs
 * them itself; what several chunks use is packed before.
 */
function multiplyShared<T>(g: Gemm, stripsToPack: i32): void {
  const chunks = cutChunks<T>(g);
  g.packsRows = g.stripChunks == 1;
  g.packsColumns = chunks == g.stripChunks && stripsToPack > 0;
  const tiles = g.packsRows ? 0 : g.tiles;
  const strips = g.packsColumns ? 0 : stripsToPack;
  if ((tiles * 6 + strips * width<T>()) * g.depth < PACK_TOGETHER) {
    packA<T>(g, 0, tiles);
    packB<T>(g, 0, strips);
  } else {
    g.packChunks = ceilDiv(tiles, PACK_TILES);
    parallel(GEMM_PACK, g.packChunks + ceilDiv(strips, PACK_STRIPS));
  }
  parallel(GEMM_COMPUTE, chunks);
}

/** Cuts the tiles of a block into chunks: several for each thread, but none too small. */
function cutChunks<T>(g: Gemm): i32 {
  let tiles = min32(g.tiles, 16), strips = min32(g.strips, 16);
  const wanted = threadCount() * 4;
  while (ceilDiv(g.tiles, tiles) * ceilDiv(g.strips, strips) < wanted) {
    const work = <i64>(tiles * strips * 6 * width<T>()) * g.depth;
    if (work < 2 * CHUNK) break;
    if (tiles * 6 >= strips * width<T>()) tiles = ceilDiv(tiles, 2);
    else strips = ceilDiv(strips, 2);
  }
  g.tilesPerChunk = tiles;
  g.stripsPerChunk = strips;
  g.stripChunks = ceilDiv(g.strips, strips);
  return ceilDiv(g.tiles, tiles) * g.stripChunks;
}

/** A chunk of one of the tasks of this file and of gemv.ts. */
export function gemmChunk(kind: i32, chunk: i32): void {
  const dtype = changetype<Gemm>(GEMM).dtype;
  if (dtype == 0) typedChunk<f32>(kind, chunk);
  else if (dtype == 1) typedChunk<f64>(kind, chunk);
  else typedChunk<i32>(kind, chunk);
}

function typedChunk<T>(kind: i32, chunk: i32): void {
  if (kind == GEMM_COMPUTE) computeChunk<T>(chunk);
  else if (kind == GEMM_PACK) packChunk<T>(chunk);
  else if (kind == GEMM_BATCH) batchChunk<T>(chunk);
  else if (kind == GEMM_LIBRARY) libraryChunk<T>(chunk);
  else if (kind == GEMV_COLUMNS) columnsChunk<T>(chunk);
  else rowsChunk<T>(chunk);
}

function packChunk<T>(chunk: i32): void {
  const g = changetype<Gemm>(GEMM);
  if (chunk < g.packChunks) {
    packA<T>(g, chunk * PACK_TILES, min32(g.tiles, (chunk + 1) * PACK_TILES));
  } else {
    const first = (chunk - g.packChunks) * PACK_STRIPS;
    packB<T>(g, first, min32(g.strips, first + PACK_STRIPS));
  }
}

function computeChunk<T>(chunk: i32): void {
  const g = changetype<Gemm>(GEMM);
  const tile = chunk / g.stripChunks * g.tilesPerChunk;
  const strip = chunk % g.stripChunks * g.stripsPerChunk;
  const endTile = min32(g.tiles, tile + g.tilesPerChunk);
  const endStrip = min32(g.strips, strip + g.stripsPerChunk);
  if (g.packsRows) packA<T>(g, tile, endTile);
  if (g.packsColumns) packB<T>(g, strip, endStrip);
  computeTiles<T>(g, tile, endTile, strip, endStrip);
}

/** Computes a rectangle of tiles. A strip of b stays in the first cache while the tiles of a pass by. */
export function computeTiles<T>(
  g: Gemm, firstTile: i32, endTile: i32, firstStrip: i32, endStrip: i32,
): void {
  const strideC = g.strideC;
  const strideB: usize = g.direct ? g.strideB : STRIP;
  const relu = g.last && g.activation == 1;
  for (let strip = firstStrip; strip < endStrip; strip++) {
    const column = g.j0 + strip * width<T>();
    const columns = min32(width<T>(), g.n - column);
    const b = g.direct
      ? g.b + <usize>g.k0 * strideB + <usize>column * sizeof<T>()
      : g.packedB + <usize>strip * g.depth * STRIP;
    const bias = g.bias ? g.bias + <usize>column * sizeof<T>() : 0;
    for (let tile = firstTile; tile < endTile; tile++) {
      const row = rowOf(g, tile);
      const a = g.packedA + <usize>row * g.depth * sizeof<T>();
      const c = g.c + <usize>(g.i0 + row) * strideC + <usize>column * sizeof<T>();
      const rows = g.rows - row;
      if (tile < g.sixes) tile6<T>(g, a, b, strideB, c, bias, relu, min32(6, rows), columns);
      else tile4<T>(g, a, b, strideB, c, bias, relu, min32(4, rows), columns);
    }
  }
  if (sizeof<T>() == 4 && g.last && g.activation > 1) {
    const column = g.j0 + firstStrip * width<T>();
    const columns = min32((endStrip - firstStrip) * width<T>(), g.n - column);
    const endRow = g.i0 + (endTile == g.tiles ? g.rows : rowOf(g, endTile));
    for (let row = g.i0 + rowOf(g, firstTile); row < endRow; row++) {
      const at = g.c + <usize>row * strideC + (<usize>column << 2);
      unaryRow(g.activation == 2 ? SIGMOID : TANH, at, at, columns);
    }
  }
}
