/** One matrix product under way, as all threads see it. */
import { ceilDiv, max32 } from "./vector";

@unmanaged
export class Gemm {
  a: usize;
  b: usize;
  c: usize;
  /** One value for each column, or 0. */
  bias: usize;
  m: i32;
  n: i32;
  k: i32;
  /** Bytes from a row of a, of b and of c to the next. */
  strideA: usize;
  strideB: usize;
  strideC: usize;
  transposeA: bool;
  transposeB: bool;
  activation: i32;
  dtype: i32;

  packedA: usize;
  packedB: usize;
  /** Whether b is so little used that it is read where it lies. */
  direct: bool;
  /** The block of k under way. */
  k0: i32;
  depth: i32;
  first: bool;
  last: bool;
  /** The block of rows under way: `sixes` tiles of six rows, then tiles of four. */
  i0: i32;
  rows: i32;
  sixes: i32;
  tiles: i32;
  /** The block of columns under way, in strips. */
  j0: i32;
  strips: i32;
  /** How the block is cut into chunks. */
  packChunks: i32;
  /** Whether a chunk packs its own rows of a, or columns of b. */
  packsRows: bool;
  packsColumns: bool;
  tilesPerChunk: i32;
  stripsPerChunk: i32;
  stripChunks: i32;
}

/** The first row of a tile, counted from the block's first row. */
export function rowOf(g: Gemm, tile: i32): i32 {
  return tile < g.sixes ? tile * 6 : g.sixes * 6 + (tile - g.sixes) * 4;
}

/** How many tiles of four rows leave as few rows to spare as can be, beside tiles of six. */
export function foursIn(rows: i32): i32 {
  const rest = rows % 6;
  return rest == 0 || rest == 5 ? 0 : rest >= 3 || rows < 6 ? 1 : 2;
}

/** Cuts rows into tiles of six and at most two of four. */
export function cutRows(g: Gemm, rows: i32): void {
  const fours = foursIn(rows);
  g.rows = rows;
  g.sixes = ceilDiv(max32(rows - fours * 4, 0), 6);
  g.tiles = g.sixes + fours;
}
