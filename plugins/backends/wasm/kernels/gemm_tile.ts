/** The innermost loops of the matrix product: a tile of c in registers while k runs. */
import { width } from "./gemm_pack";
import { Gemm } from "./gemm_task";
import { SPARE } from "./layout";
import { threadIndex } from "./parallel";
import { madd } from "./vector";

/** Where a thread keeps a tile that reaches over the edge of the matrix. */
@inline
export function spareTile(): usize {
  return SPARE + (<usize>threadIndex << 8);
}

export function copyTile<T>(
  to: usize, strideTo: usize, from: usize, strideFrom: usize, rows: i32, columns: i32,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      store<T>(to + <usize>j * sizeof<T>(), load<T>(from + <usize>j * sizeof<T>()));
    }
    to += strideTo;
    from += strideFrom;
  }
}

/**
 * One tile of 6 rows by two vectors: c = (a packed) x b, on top of the bias in the first block of k, on top of
 * what c holds in later ones. Rows and columns beyond the matrix go to a spare tile and are dropped.
 */
export function tile6<T>(
  g: Gemm, a: usize, b: usize, strideB: usize, c: usize, bias: usize,
  relu: bool, rows: i32, columns: i32,
): void {
  const whole = rows == 6 && columns == width<T>();
  const stride: usize = whole ? g.strideC : 32;
  const to = whole ? c : spareTile();
  let c00: v128, c01: v128;
  let c10: v128, c11: v128;
  let c20: v128, c21: v128;
  let c30: v128, c31: v128;
  let c40: v128, c41: v128;
  let c50: v128, c51: v128;
  if (g.first) {
    c00 = bias ? v128.load(bias) : i64x2.splat(0);
    c01 = bias ? v128.load(bias, 16) : i64x2.splat(0);
    c10 = c00; c11 = c01;
    c20 = c00; c21 = c01;
    c30 = c00; c31 = c01;
    c40 = c00; c41 = c01;
    c50 = c00; c51 = c01;
  } else {
    if (!whole) copyTile<T>(to, 32, c, g.strideC, rows, columns);
    let from = to;
    c00 = v128.load(from); c01 = v128.load(from, 16);
    from += stride;
    c10 = v128.load(from); c11 = v128.load(from, 16);
    from += stride;
    c20 = v128.load(from); c21 = v128.load(from, 16);
    from += stride;
    c30 = v128.load(from); c31 = v128.load(from, 16);
    from += stride;
    c40 = v128.load(from); c41 = v128.load(from, 16);
    from += stride;
    c50 = v128.load(from); c51 = v128.load(from, 16);
  }
  const end = a + <usize>g.depth * (6 * sizeof<T>());
  while (a < end) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    b += strideB;
    const a0 = v128.load_splat<T>(a, 0 * sizeof<T>());
    c00 = madd<T>(a0, b0, c00); c01 = madd<T>(a0, b1, c01);
    const a1 = v128.load_splat<T>(a, 1 * sizeof<T>());
    c10 = madd<T>(a1, b0, c10); c11 = madd<T>(a1, b1, c11);
    const a2 = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = madd<T>(a2, b0, c20); c21 = madd<T>(a2, b1, c21);
    const a3 = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = madd<T>(a3, b0, c30); c31 = madd<T>(a3, b1, c31);
    const a4 = v128.load_splat<T>(a, 4 * sizeof<T>());
    c40 = madd<T>(a4, b0, c40); c41 = madd<T>(a4, b1, c41);
    const a5 = v128.load_splat<T>(a, 5 * sizeof<T>());
    c50 = madd<T>(a5, b0, c50); c51 = madd<T>(a5, b1, c51);
    a += 6 * sizeof<T>();
  }
  if (sizeof<T>() == 4 && relu) {
    const zero = f32x4.splat(0);
    c00 = f32x4.pmax(c00, zero); c01 = f32x4.pmax(c01, zero);
    c10 = f32x4.pmax(c10, zero); c11 = f32x4.pmax(c11, zero);
    c20 = f32x4.pmax(c20, zero); c21 = f32x4.pmax(c21, zero);
    c30 = f32x4.pmax(c30, zero); c31 = f32x4.pmax(c31, zero);
    c40 = f32x4.pmax(c40, zero); c41 = f32x4.pmax(c41, zero);
    c50 = f32x4.pmax(c50, zero); c51 = f32x4.pmax(c51, zero);
  }
  let at = to;
  v128.store(at, c00); v128.store(at, c01, 16);
  at += stride;
  v128.store(at, c10); v128.store(at, c11, 16);
  at += stride;
  v128.store(at, c20); v128.store(at, c21, 16);
  at += stride;
  v128.store(at, c30); v128.store(at, c31, 16);
  at += stride;
  v128.store(at, c40); v128.store(at, c41, 16);
  at += stride;
  v128.store(at, c50); v128.store(at, c51, 16);
  if (!whole) copyTile<T>(c, g.strideC, to, 32, rows, columns);
}

/**
 * One tile of 4 rows by two vectors: c = (a packed) x b, on top of the bias in the first block of k, on top of
 * what c holds in later ones. Rows and columns beyond the matrix go to a spare tile and are dropped.
 */
export function tile4<T>(
  g: Gemm, a: usize, b: usize, strideB: usize, c: usize, bias: usize,
  relu: bool, rows: i32, columns: i32,
): void {
  const whole = rows == 4 && columns == width<T>();
  const stride: usize = whole ? g.strideC : 32;
  const to = whole ? c : spareTile();
  let c00: v128, c01: v128;
  let c10: v128, c11: v128;
  let c20: v128, c21: v128;
  let c30: v128, c31: v128;
  if (g.first) {
    c00 = bias ? v128.load(bias) : i64x2.splat(0);
    c01 = bias ? v128.load(bias, 16) : i64x2.splat(0);
    c10 = c00; c11 = c01;
    c20 = c00; c21 = c01;
    c30 = c00; c31 = c01;
  } else {
    if (!whole) copyTile<T>(to, 32, c, g.strideC, rows, columns);
    let from = to;
    c00 = v128.load(from); c01 = v128.load(from, 16);
    from += stride;
    c10 = v128.load(from); c11 = v128.load(from, 16);
    from += stride;
    c20 = v128.load(from); c21 = v128.load(from, 16);
    from += stride;
    c30 = v128.load(from); c31 = v128.load(from, 16);
  }
  const end = a + <usize>g.depth * (4 * sizeof<T>());
  while (a < end) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    b += strideB;
    const a0 = v128.load_splat<T>(a, 0 * sizeof<T>());
    c00 = madd<T>(a0, b0, c00); c01 = madd<T>(a0, b1, c01);
    const a1 = v128.load_splat<T>(a, 1 * sizeof<T>());
    c10 = madd<T>(a1, b0, c10); c11 = madd<T>(a1, b1, c11);
    const a2 = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = madd<T>(a2, b0, c20); c21 = madd<T>(a2, b1, c21);
    const a3 = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = madd<T>(a3, b0, c30); c31 = madd<T>(a3, b1, c31);
    a += 4 * sizeof<T>();
  }
  if (sizeof<T>() == 4 && relu) {
    const zero = f32x4.splat(0);
    c00 = f32x4.pmax(c00, zero); c01 = f32x4.pmax(c01, zero);
    c10 = f32x4.pmax(c10, zero); c11 = f32x4.pmax(c11, zero);
    c20 = f32x4.pmax(c20, zero); c21 = f32x4.pmax(c21, zero);
    c30 = f32x4.pmax(c30, zero); c31 = f32x4.pmax(c31, zero);
  }
  let at = to;
  v128.store(at, c00); v128.store(at, c01, 16);
  at += stride;
  v128.store(at, c10); v128.store(at, c11, 16);
  at += stride;
  v128.store(at, c20); v128.store(at, c21, 16);
  at += stride;
  v128.store(at, c30); v128.store(at, c31, 16);
  if (!whole) copyTile<T>(c, g.strideC, to, 32, rows, columns);
}

