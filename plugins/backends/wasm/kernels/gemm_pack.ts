/** Packs blocks of a and b into panels that the tiles read in order. */
import { Gemm, rowOf } from "./gemm_task";
import { min32 } from "./vector";

/** Bytes of a row of the packed strip of b: two vectors. */
export const STRIP: usize = 32;

/** Columns of a strip. */
@inline
export function width<T>(): i32 {
  return 32 / sizeof<T>();
}

/** Packs rows of a, tile by tile: for each k the tile's values side by side. */
export function packA<T>(g: Gemm, firstTile: i32, endTile: i32): void {
  for (let tile = firstTile; tile < endTile; tile++) {
    const row = rowOf(g, tile);
    const height = tile < g.sixes ? 6 : 4;
    const to = g.packedA + <usize>row * g.depth * sizeof<T>();
    const valid = min32(height, g.rows - row);
    if (g.transposeA) packColumnsA<T>(g, g.i0 + row, height, valid, to);
    else packRowsA<T>(g, g.i0 + row, height, valid, to);
  }
}

/** Where a lies transposed, a tile's values for one k are neighbours. */
function packColumnsA<T>(g: Gemm, row: i32, height: i32, valid: i32, to: usize): void {
  const stride = g.strideA;
  let from = g.a + <usize>g.k0 * stride + <usize>row * sizeof<T>();
  if (sizeof<T>() == 4 && valid == height) {
    for (let p = 0; p < g.depth; p++) {
      v128.store(to, v128.load(from));
      if (height == 6) store<i64>(to, load<i64>(from, 16), 16);
      to += <usize>height << 2;
      from += stride;
    }
    return;
  }
  for (let p = 0; p < g.depth; p++) {
    for (let i = 0; i < height; i++) {
      const value = i < valid ? load<T>(from + <usize>i * sizeof<T>()) : <T>0;
      store<T>(to + <usize>i * sizeof<T>(), value);
    }
    to += <usize>height * sizeof<T>();
    from += stride;
  }
}

/** Else rows are turned into columns, four values of four rows at a time. */
function packRowsA<T>(g: Gemm, row: i32, height: i32, valid: i32, to: usize): void {
  const stride = g.strideA;
  const from = g.a + <usize>row * stride + <usize>g.k0 * sizeof<T>();
  const step = <usize>height * sizeof<T>();
  let p = 0;
  if (sizeof<T>() == 4 && valid == height) {
    for (; p + 4 <= g.depth; p += 4) {
      const at = from + (<usize>p << 2);
      const out = to + <usize>p * step;
      turn(at, at + stride, at + 2 * stride, at + 3 * stride, out, step);
      if (height == 6) {
        const u = v128.load(at + 4 * stride), v = v128.load(at + 5 * stride);
        const low = v128.shuffle<i32>(u, v, 0, 4, 1, 5), high = v128.shuffle<i32>(u, v, 2, 6, 3, 7);
        v128.store64_lane(out, low, 0, 16);
        v128.store64_lane(out + step, low, 1, 16);
        v128.store64_lane(out + 2 * step, high, 0, 16);
        v128.store64_lane(out + 3 * step, high, 1, 16);
      }
    }
  }
  for (; p < g.depth; p++) {
    const at = from + <usize>p * sizeof<T>();
    const out = to + <usize>p * step;
    for (let i = 0; i < height; i++) {
      const value = i < valid ? load<T>(at + <usize>i * stride) : <T>0;
      store<T>(out + <usize>i * sizeof<T>(), value);
    }
  }
}

/** Four rows of four values become four columns. */
@inline
export function turn(r0: usize, r1: usize, r2: usize, r3: usize, to: usize, step: usize): void {
  const a = v128.load(r0), b = v128.load(r1), c = v128.load(r2), d = v128.load(r3);
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7), cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab0, cd0, 0, 2));
  v128.store(to + step, v128.shuffle<i64>(ab0, cd0, 1, 3));
  v128.store(to + 2 * step, v128.shuffle<i64>(ab1, cd1, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<i64>(ab1, cd1, 1, 3));
}

/** Packs strips of b: for each k two vectors of neighbouring columns. */
export function packB<T>(g: Gemm, firstStrip: i32, endStrip: i32): void {
  for (let strip = firstStrip; strip < endStrip; strip++) {
    const column = g.j0 + strip * width<T>();
    const valid = min32(width<T>(), g.n - column);
    const to = g.packedB + <usize>strip * g.depth * STRIP;
    if (g.transposeB) packTransposedB<T>(g, column, valid, to);
    else packStraightB<T>(g, column, valid, to);
  }
}

function packStraightB<T>(g: Gemm, column: i32, valid: i32, to: usize): void {
  const stride = g.strideB;
  let from = g.b + <usize>g.k0 * stride + <usize>column * sizeof<T>();
  const end = to + <usize>g.depth * STRIP;
  if (valid == width<T>()) {
    for (; to < end; to += STRIP) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += stride;
    }
    return;
  }
  memory.fill(to, 0, end - to);
  for (; to < end; to += STRIP) {
    for (let j = 0; j < valid; j++) {
      store<T>(to + <usize>j * sizeof<T>(), load<T>(from + <usize>j * sizeof<T>()));
    }
    from += stride;
  }
}

function packTransposedB<T>(g: Gemm, column: i32, valid: i32, to: usize): void {
  const stride = g.strideB;
  const from = g.b + <usize>column * stride + <usize>g.k0 * sizeof<T>();
  let p = 0;
  if (sizeof<T>() == 4 && valid == 8) {
    for (; p + 4 <= g.depth; p += 4) {
      const at = from + (<usize>p << 2);
      const below = at + 4 * stride;
      const out = to + <usize>p * STRIP;
      turn(at, at + stride, at + 2 * stride, at + 3 * stride, out, STRIP);
      turn(below, below + stride, below + 2 * stride, below + 3 * stride, out + 16, STRIP);
    }
  }
  for (; p < g.depth; p++) {
    const at = from + <usize>p * sizeof<T>();
    const out = to + <usize>p * STRIP;
    for (let j = 0; j < width<T>(); j++) {
      const value = j < valid ? load<T>(at + <usize>j * stride) : <T>0;
      store<T>(out + <usize>j * sizeof<T>(), value);
    }
  }
}

