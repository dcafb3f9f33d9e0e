/** Copies between strided arrays: transpose, broadcast, slice, flip, pad and concatenate are all such copies. */
import { SHAPES } from "./layout";
import { argument, parallel, setArgument } from "./parallel";
import { offsetAt, STRIDES_A, STRIDES_B } from "./strided";
import { COPY } from "./tasks";
import { ceilDiv, copyBytes, min32, storePart } from "./vector";

/** Elements of a chunk. */
const CHUNK: i32 = 32768;
/** Rows of a matrix that are turned over in one piece. */
const BAND: i32 = 64;

/** Copies n elements of one size. */
function run<T>(x: usize, stepX: i32, y: usize, stepY: i32, n: i32): void {
  if (stepX == 1 && stepY == 1) {
    copyBytes(y, x, <usize>n * sizeof<T>());
    return;
  }
  if (stepX == 0 && stepY == 1) {
    const value = v128.load_splat<T>(x);
    let bytes = <usize>n * sizeof<T>();
    for (; bytes >= 16; bytes -= 16) {
      v128.store(y, value);
      y += 16;
    }
    if (bytes) storePart(y, value, bytes);
    return;
  }
  const bytesX = <usize>stepX * sizeof<T>(), bytesY = <usize>stepY * sizeof<T>();
  for (let i = 0; i < n; i++) {
    store<T>(y, load<T>(x));
    x += bytesX;
    y += bytesY;
  }
}

/**
 * A matrix turned over: y[j, i] = x[i, j] for i < rows, j < columns; strides in elements. Blocks of 4 x 4 in registers, in
 * tiles that stay in the first cache.
 */
function turnMatrix<T>(
  x: usize, strideX: i32, y: usize, strideY: i32, rows: i32, columns: i32,
): void {
  const tile = 32;
  const bytesX = <usize>strideX * sizeof<T>(), bytesY = <usize>strideY * sizeof<T>();
  for (let i0 = 0; i0 < rows; i0 += tile) {
    const iEnd = min32(rows, i0 + tile);
    for (let j0 = 0; j0 < columns; j0 += tile) {
      const jEnd = min32(columns, j0 + tile);
      let j = j0;
      if (sizeof<T>() == 4) {
        for (; j + 4 <= jEnd; j += 4) {
          let i = i0;
          for (; i + 4 <= iEnd; i += 4) {
            const from = x + <usize>i * bytesX + (<usize>j << 2);
            const to = y + <usize>j * bytesY + (<usize>i << 2);
            const a = v128.load(from), b = v128.load(from + bytesX);
            const c = v128.load(from + 2 * bytesX), d = v128.load(from + 3 * bytesX);
            const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
            const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
            const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
            const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
            v128.store(to, v128.shuffle<i64>(ab0, cd0, 0, 2));
            v128.store(to + bytesY, v128.shuffle<i64>(ab0, cd0, 1, 3));
            v128.store(to + 2 * bytesY, v128.shuffle<i64>(ab1, cd1, 0, 2));
            v128.store(to + 3 * bytesY, v128.shuffle<i64>(ab1, cd1, 1, 3));
          }
          for (; i < iEnd; i++) {
            for (let jj = j; jj < j + 4; jj++) {
              store<T>(
                y + <usize>jj * bytesY + (<usize>i << 2),
                load<T>(x + <usize>i * bytesX + (<usize>jj << 2)),
              );
            }
          }
        }
      }
      for (; j < jEnd; j++) {
        const to = y + <usize>j * bytesY;
        for (let i = i0; i < iEnd; i++) {
          store<T>(
            to + <usize>i * sizeof<T>(),
            load<T>(x + <usize>i * bytesX + <usize>j * sizeof<T>()),
          );
        }
      }
    }
  }
}

/**
 * Copies an array with strides on both sides. The sizes of the axes stand in SHAPES, the strides of x and y, in elements,
 * behind them; `shift` is the logarithm of an element's size. The innermost axis is a run; where the two innermost
 * axes change places, they go as a matrix.
 */
export function copyStrided(shift: i32, x: usize, y: usize, axes: i32): void {
  const last = <usize>(axes - 1) << 2;
  const inner = load<i32>(SHAPES + last);
  const turned = axes >= 2 && load<i32>(STRIDES_B + last) == 1 && inner > 1 &&
    load<i32>(STRIDES_A + last) != 1 && load<i32>(STRIDES_A + last - 4) == 1 &&
    load<i32>(STRIDES_A + last) > 0;
  const outer = turned ? axes - 2 : axes - 1;
  let count = 1;
  for (let axis = 0; axis < outer; axis++) count *= load<i32>(SHAPES + (<usize>axis << 2));
  const bands = turned ? ceilDiv(inner, BAND) : 1;
  const each = turned ? min32(inner, BAND) * load<i32>(SHAPES + last - 4) : inner;
  const pieces = count * bands;
  const perChunk = <i64>pieces * each < 4 * CHUNK ? pieces : CHUNK / (each + 1) + 1;
  setArgument(0, shift);
  setArgument(1, x);
  setArgument(2, y);
  setArgument(3, axes);
  setArgument(4, outer);
  setArgument(5, pieces);
  setArgument(6, perChunk);
  setArgument(7, bands);
  if (pieces > 0 && each > 0) parallel(COPY, ceilDiv(pieces, perChunk));
}

export function copyChunk(chunk: i32): void {
  const shift = argument(0);
  if (shift == 2) copyPieces<u32>(chunk);
  else if (shift == 0) copyPieces<u8>(chunk);
  else copyPieces<u64>(chunk);
}

function copyPieces<T>(chunk: i32): void {
  const x = argument(1), y = argument(2);
  const axes = <i32>argument(3), outer = <i32>argument(4), perChunk = <i32>argument(6);
  const bands = <i32>argument(7);
  const last = <usize>(axes - 1) << 2;
  const inner = load<i32>(SHAPES + last);
  const stepX = load<i32>(STRIDES_A + last), stepY = load<i32>(STRIDES_B + last);
  const end = min32(argument(5), (chunk + 1) * perChunk);
  if (outer == axes - 2) {
    const columns = load<i32>(SHAPES + last - 4), strideY = load<i32>(STRIDES_B + last - 4);
    for (let piece = chunk * perChunk; piece < end; piece++) {
      const index = piece / bands, row = piece % bands * BAND;
      const from = offsetAt(index, outer, STRIDES_A) + row * stepX;
      const to = offsetAt(index, outer, STRIDES_B) + row;
      turnMatrix<T>(
        x + <usize>from * sizeof<T>(), stepX, y + <usize>to * sizeof<T>(), strideY,
        min32(BAND, inner - row), columns,
      );
    }
    return;
  }
  const next = outer > 0 ? <usize>(outer - 1) << 2 : 0;
  const size = outer > 0 ? load<i32>(SHAPES + next) : 1;
  const nextX = <usize>load<i32>(STRIDES_A + next) * sizeof<T>();
  const nextY = <usize>load<i32>(STRIDES_B + next) * sizeof<T>();
  let index = chunk * perChunk;
  while (index < end) {
    let from = x + <usize>offsetAt(index, outer, STRIDES_A) * sizeof<T>();
    let to = y + <usize>offsetAt(index, outer, STRIDES_B) * sizeof<T>();
    const stop = min32(end, index - index % size + size);
    for (; index < stop; index++) {
      run<T>(from, stepX, to, stepY, inner);
      from += nextX;
      to += nextY;
    }
  }
}

/** Fills n elements with the value at an address. */
export function fill(shift: i32, value: usize, y: usize, n: i32): void {
  if (shift == 2) run<u32>(value, 0, y, 1, n);
  else if (shift == 0) run<u8>(value, 0, y, 1, n);
  else run<u64>(value, 0, y, 1, n);
}
