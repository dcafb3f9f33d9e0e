/**
 * Images in other sizes, in ONNX.
 *
 * @module
 */

import { isKnown } from "../../../../core/shape.ts";
import { type OnnxAttributes, type OnnxBuilder, type OnnxValue } from "../graph.ts";
import type { OnnxLowering } from "../lowering.ts";
import { channelsSecond, withChannelsSecond } from "./windows.ts";

/**
 * The attributes of ways to interpolate; pixels are squares, as in the framework's own. ONNX has a cubic one too, which
 * onnxruntime refuses for smaller sizes once it has moved a transpose past it: that one is written as products.
 */
const MODES: Readonly<Record<string, OnnxAttributes>> = {
  nearest: { mode: "nearest", nearest_mode: "round_prefer_ceil" },
  bilinear: { mode: "linear" },
};

interface Resizing {
  readonly size: readonly number[];
  readonly interpolation: string;
  readonly antialias: boolean;
}

/** `[batch, …spatial, channels]` in another size. */
export const resize: OnnxLowering<Resizing> = (to, [x], attributes, [{ dims }]) => {
  const { size, interpolation, antialias } = attributes;
  if (!Object.hasOwn(MODES, interpolation) || antialias) return null;
  const second = channelsSecond(dims.length).map((axis) => dims[axis]);
  const mode = { coordinate_transformation_mode: "half_pixel", ...MODES[interpolation] };
  return withChannelsSecond(to, x, (images) => {
    const inputs = [images, null, null, wholeShape(to, images, size)];
    return to.node("Resize", inputs, mode, { dims: second });
  });
};

/**
 * Sizes of all axes. Opset 18 takes those of the spatial axes alone, but onnxruntime, up to 1.30 at least, then fails
 * where it moves a transpose past the node.
 */
function wholeShape(to: OnnxBuilder, images: OnnxValue, size: readonly number[]): OnnxValue {
  const outer = [0, 1].map((axis) => images.dims[axis]);
  if (isKnown(outer)) return to.constant([...outer, ...size], "int64");
  const parts = [to.dimOf(images, 0), to.dimOf(images, 1), to.constant(size, "int64")];
  return to.node("Concat", parts, { axis: 0 }, { dims: [size.length + 2] });
}

/** Each element repeated along the spatial axes. */
export const upsample: OnnxLowering<{ factors: readonly number[] }> = (
  to,
  [x],
  { factors },
  [{ dims }],
) => {
  const second = channelsSecond(dims.length).map((axis) => dims[axis]);
  return withChannelsSecond(to, x, (images) => {
    const scales = to.constant([1, 1, ...factors], "float32");
    const mode = {
      mode: "nearest",
      nearest_mode: "floor",
      coordinate_transformation_mode: "asymmetric",
    };
    return to.node("Resize", [images, null, scales], mode, { dims: second });
  });
};
