/** Walks over axes with strides: the host writes their sizes and strides into SHAPES. */
import { SHAPES } from "./layout";

/** The strides of the operands stand behind the sizes; there are at most 32 axes. */
export const STRIDES_A: usize = SHAPES + 128;
export const STRIDES_B: usize = SHAPES + 256;
export const STRIDES_C: usize = SHAPES + 384;

/** The offset of the element with the given row-major index, in elements. */
export function offsetAt(index: i32, axes: i32, strides: usize): i32 {
  let offset = 0;
  for (let at = <usize>axes << 2; at > 0; at -= 4) {
    const size = load<i32>(SHAPES + at - 4);
    const next = index / size;
    offset += (index - next * size) * load<i32>(strides + at - 4);
    index = next;
  }
  return offset;
}
