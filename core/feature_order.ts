/**
 * In which order features stand where images have their channels first, as in PyTorch. Ours stand last, so that what is
 * flattened out of an image, or made into one, comes in another order there: found by following axes through a traced
 * model.
 *
 * @module
 */

import { isTensor } from "./dispatch.ts";
import type { AnyLayer } from "./exporter.ts";
import { type Dims, isKnown, sameShape, type Shape, stridesOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import type { TraceNode } from "./trace.ts";
import { type TracedModel, traceModel } from "./traced_model.ts";

/** Where each feature stands with the channels first: that of our place `i` at `order[i]`. */
export type FeatureOrder = readonly number[];

/** An order, `null` where it is the same, `"unknown"` where the trace does not tell. */
export type FoundOrder = FeatureOrder | null | "unknown";

/** The orders of what goes into a layer and of what comes out. */
export interface LayerFeatures {
  readonly input: FoundOrder;
  readonly output: FoundOrder;
}

/** What slides over images: the channels of its input and output stand last, and first elsewhere. */
const SPATIAL: ReadonlySet<string> = new Set([
  "conv",
  "convInputGradient",
  "convolution",
  "maxPool",
  "averagePool",
  "resize",
  "upsample",
]);

/** What makes new features out of all. */
const MIXING: ReadonlySet<string> = new Set(["matmul", "linear"]);

/** The place that each axis has with the channels first: `[batch, height, width, channels]` has `[0, 2, 3, 1]`. */
type AxisPlaces = readonly number[];

function channelsLast(ndim: number): AxisPlaces {
  return Array.from(
    { length: ndim },
    (_, axis) => axis === 0 ? 0 : axis === ndim - 1 ? 1 : axis + 1,
  );
}

/** The order of an example's elements, its axes having those places; `null` where it is ours. */
function orderOf(example: Shape, places: AxisPlaces): FeatureOrder | null {
  const byPlace = example.map((_, axis) => axis).sort((a, b) => places[a] - places[b]);
  const strides: number[] = [];
  stridesOf(byPlace.map((axis) => example[axis])).forEach((stride, i) =>
    strides[byPlace[i]] = stride
  );
  let order = [0];
  example.forEach((length, axis) => {
    order = order.flatMap((at) => Array.from({ length }, (_, i) => at + i * strides[axis]));
  });
  return order.some((at, i) => at !== i) ? order : null;
}

/** The order of features that were flattened from images `[channels, …spatial]`, ours having the channels last. */
export function flattenedOrder([channels, ...spatial]: Shape): FeatureOrder | null {
  const example = [...spatial, channels];
  return orderOf(example, channelsLast(example.length + 1).slice(1).map((place) => place - 1));
}

/** The orders of the features of some layers of a model. */
export function featureOrders(
  model: AnyLayer,
  layers: readonly AnyLayer[],
): ReadonlyMap<AnyLayer, LayerFeatures> {
  const calls = new Map<AnyLayer, [input: unknown, output: unknown][]>();
  for (const layer of layers) calls.set(layer, []);
  const unhook = layers.map((layer) =>
    layer.registerForwardHook((_, input, output) => {
      calls.get(layer)!.push([input, output]);
    })
  );
  const traced = traceIfPossible(model);
  unhook.forEach((remove) => remove());
  const orders = traced === null ? null : new TracedOrders(traced);
  const common = (values: readonly unknown[]): FoundOrder => {
    if (orders === null) return "unknown";
    const [first = null, ...others] = values.map((value) =>
      isTensor(value) ? orders.of(value) : null
    );
    return others.every((other) => isSameOrder(first, other)) ? first : "unknown";
  };
  return new Map(
    [...calls].map(([layer, made]) => [layer, {
      input: common(made.map(([input]) => input)),
      output: common(made.map(([, output]) => output)),
    }]),
  );
}

/** A model that cannot be traced runs all the same; of its features nothing is known. */
function traceIfPossible(model: AnyLayer): TracedModel | null {
  try {
    return traceModel(model);
  } catch {
    return null;
  }
}

function isSameOrder(a: FoundOrder, b: FoundOrder): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return sameShape(a, b);
}

/** The symbolic inputs of a node that have the shape of its output. */
function likeOutput({ inputs, outputs: [output] }: TraceNode): Tensor[] {
  return inputs.filter((input) => input.isSymbolic && sameShape(input.dims, output.dims));
}

function inverse(axes: readonly number[]): number[] {
  const inverted: number[] = [];
  axes.forEach((axis, i) => inverted[axis] = i);
  return inverted;
}

/** Follows axes and features through a trace. */
class TracedOrders {
  readonly #places = new Map<Tensor, AxisPlaces>();
  readonly #orders = new Map<Tensor, FoundOrder>();

  constructor({ order }: TracedModel) {
    for (const node of order) if (SPATIAL.has(node.operation)) this.#trackBack(node.inputs[0]);
    for (const node of order) {
      const [output] = node.outputs;
      const places = this.#placesAfter(node);
      if (places !== null) this.#places.set(output, places);
      if (!this.#orders.has(output)) this.#orders.set(output, this.#orderAfter(node));
    }
  }

  /** The order of a tensor's features. */
  of(tensor: Tensor): FoundOrder {
    return this.#orders.get(tensor) ?? null;
  }

  /** Follows an image that something slides over back to the features that it was made of, and these to their maker. */
  #trackBack(image: Tensor): void {
    let places = channelsLast(image.ndim);
    let at = image;
    for (let node = at.source; node !== null; node = at.source) {
      const { operation, inputs: [input] } = node;
      if (SPATIAL.has(operation) || MIXING.has(operation)) return;
      if (operation === "reshape" && input.ndim === 2 && isKnown(at.dims.slice(1))) {
        this.#orderBack(input, orderOf(at.dims.slice(1) as Shape, places.slice(1)));
        return;
      }
      if (operation === "transpose") {
        const { axes } = node.attributes as { axes: readonly number[] };
        places = inverse(axes).map((axis) => places[axis]);
      } else if (input === undefined || operation === "reshape" || input.ndim !== at.ndim) return;
      at = input;
    }
  }

  #orderBack(features: Tensor, order: FeatureOrder | null): void {
    let at: Tensor | undefined = features;
    while (at !== undefined) {
      this.#orders.set(at, order);
      const node: TraceNode | null = at.source;
      if (node === null || MIXING.has(node.operation)) return;
      [at] = likeOutput(node);
    }
  }

  #placesAfter(node: TraceNode): AxisPlaces | null {
    const { operation, inputs, outputs: [{ ndim }] } = node;
    if (SPATIAL.has(operation)) return channelsLast(ndim);
    if (operation === "transpose") {
      const { axes } = node.attributes as { axes: readonly number[] };
      const places = this.#places.get(inputs[0]);
      return places === undefined ? null : axes.map((axis) => places[axis]);
    }
    const like = operation === "reshape" ? likeOutput(node) : inputs;
    const known = like.find((input) => input.ndim === ndim && this.#places.has(input));
    return operation === "matmul" || known === undefined ? null : this.#places.get(known)!;
  }

  #orderAfter(node: TraceNode): FoundOrder {
    const { operation, inputs, outputs: [output] } = node;
    if (output.ndim !== 2 || MIXING.has(operation)) return null;
    if (operation === "reshape" && inputs[0].ndim > 2) return this.#flattened(inputs[0]);
    if (operation === "concatenate" && (node.attributes as { axis: number }).axis === 1) {
      return this.#joined(inputs);
    }
    const like = likeOutput(node);
    const found = like.map((input) => this.of(input)).find((order) => order !== null);
    if (found !== undefined) {
      // What is added to moved features, or the like, must have been made in their order.
      if (found !== "unknown") {
        for (const input of like) if (this.of(input) === null) this.#orderBack(input, found);
      }
      return found;
    }
    // Some of the features, or their sum: in order where all were.
    const isMoved = inputs.some((input) => input.ndim === 2 && this.of(input) !== null);
    return isMoved && output.dims[1] !== 1 ? "unknown" : null;
  }

  #flattened(image: Tensor): FoundOrder {
    const example = image.dims.slice(1);
    if (!isKnown(example)) return null;
    const places = this.#places.get(image);
    const order = orderOf(example, (places ?? channelsLast(image.ndim)).slice(1));
    // Sequences that nothing slid over have no channels; of images, nobody knows which axis they are.
    if (places === undefined && order !== null) return image.ndim === 3 ? null : "unknown";
    return order;
  }

  #joined(parts: readonly Tensor[]): FoundOrder {
    const found = parts.map((part) => this.of(part));
    if (found.every((order) => order === null)) return null;
    const sizes: Dims = parts.map(({ dims }) => dims[1]);
    if (found.includes("unknown") || !isKnown(sizes)) return "unknown";
    let begin = 0;
    return sizes.flatMap((size, i) => {
      const order = found[i] as FeatureOrder | null;
      const part = Array.from({ length: size }, (_, j) => begin + (order === null ? j : order[j]));
      begin += size;
      return part;
    });
  }
}
