/**
 * Weights as other frameworks name them and lay them out. Each layer says so of its own weights; what is common stands
 * here, and neither knows a file format.
 *
 * @module
 */

import { isTensor, tensorFrom } from "./dispatch.ts";
import { isFloating } from "./dtype.ts";
import { errors, nearMatches, rangeError, show, typeError } from "./errors.ts";
import type { AnyLayer } from "./exporter.ts";
import {
  type FeatureOrder,
  featureOrders,
  flattenedOrder,
  type FoundOrder,
  type LayerFeatures,
} from "./feature_order.ts";
import { Layer } from "./layer.ts";
import type { StateDict } from "./module.ts";
import { reshape, take, transpose } from "./ops/mod.ts";
import { checkOptionNames, oneOf } from "./options.ts";
import { tidy } from "./scope.ts";
import { formatShape, sameShape, type Shape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import type { Variable } from "./variable.ts";

/** How another framework has one weight of a layer. */
export interface WeightLayout {
  /** What it is called there, below the path of its module: `"weight"`. */
  readonly name: string;
  /** Which of our axes each axis there is, as in `transpose`. @default all in order */
  readonly axes?: readonly number[];
  /** The shape there, where it is another than that of the transposed weight. @default null */
  readonly shape?: Shape | null;
  /**
   * For each of our axes, whether the features of the layer's input or output lie along it: they are put in order where
   * they were flattened from an image, or are made into one. @default none
   */
  readonly features?: readonly ("input" | "output" | null)[];
}

/** The layouts of a layer's weights, by the name of the field. */
export type WeightLayouts = Readonly<Record<string, WeightLayout>>;

/**
 * Where weights stand in a file. A record has our paths, of layers or of single weights, and theirs; the longest path
 * counts, and what it does not name has the same path in both. A function takes the name that a weight would have there
 * and returns the one that it has. `null` leaves a weight, or all of a layer, out.
 */
export type WeightNames =
  | Readonly<Record<string, string | null>>
  | ((name: string, path: string) => string | null);

/** How weights are found in a file. */
export interface WeightMapOptions {
  /** Where they stand. @default {} (by the same paths) */
  names?: WeightNames;
  /**
   * For layers whose inputs were flattened from an image: its shape there, `[channels, …spatial]`, or `null` where the
   * order of the features is the same. Only needed where the model does not tell. @default {}
   */
  flattened?: Readonly<Record<string, Shape | null>>;
}

/** Options of {@linkcode Model.loadWeights}. */
export interface LoadWeightsOptions extends WeightMapOptions {
  /** Whose names and layouts they have: `"pytorch"`. @default null (our own) */
  from?: string | null;
  /** Whether weights that are missing in the file, or left over there, are an error. @default true */
  strict?: boolean;
}

const FRAMEWORKS = ["pytorch"] as const;

const LOAD_OPTIONS = Object.keys(
  { from: true, strict: true, names: true, flattened: true } satisfies Record<
    keyof LoadWeightsOptions,
    true
  >,
);

/** What PyTorch counts and never reads in inference. */
const COUNTER = /(^|\.)num_batches_tracked$/;

/** A weight of a model, and where it stands elsewhere. */
export class WeightPlace {
  readonly path: string;
  readonly variable: Variable;
  /** What it is called there. */
  readonly name: string;
  /** The entry of the names that says so; `null` where none does. */
  readonly entry: string | null;
  /** Its shape there. */
  readonly shape: Shape;
  /** `null` where the axes stand as ours. */
  readonly #axes: readonly number[] | null;
  /** By our axes. */
  readonly #orders: readonly (FeatureOrder | null)[];

  constructor(
    path: string,
    variable: Variable,
    { name, entry }: FoundName,
    { axes, shape }: WeightLayout,
    orders: readonly (FeatureOrder | null)[],
  ) {
    const ours = variable.shape;
    if (axes !== undefined && axes.toSorted().join() !== [...ours.keys()].join()) {
      const requirement = `an order of its ${ours.length} axes`;
      throw errors.option(`map the weight "${path}"`, "axes", requirement, axes);
    }
    this.path = path;
    this.variable = variable;
    this.name = name;
    this.entry = entry;
    this.shape = shape ?? axes?.map((axis) => ours[axis]) ?? ours;
    this.#axes = axes ?? null;
    this.#orders = orders;
  }

  /** Values from there as ours. */
  toOurs(theirs: Tensor): Tensor {
    const { shape } = this.variable;
    const axes = this.#axes;
    const values = axes === null
      ? reshape(theirs, shape)
      : transpose(reshape(theirs, axes.map((axis) => shape[axis])), inverse(axes));
    return this.#inOrder(values, (order) => order);
  }

  /** Our values as they are there. */
  toTheirs(ours: Tensor): Tensor {
    const values = this.#inOrder(ours, inverse);
    return reshape(this.#axes === null ? values : transpose(values, this.#axes), this.shape);
  }

  #inOrder(values: Tensor, choose: (order: FeatureOrder) => FeatureOrder): Tensor {
    return this.#orders.reduce((ordered: Tensor, order, axis) => {
      if (order === null) return ordered;
      const places = Int32Array.from(choose(order));
      return take(ordered, tensorFrom(places, [places.length], "int32"), { axis });
    }, values);
  }

  /** The name there, and ours where it is another. */
  toString(): string {
    return this.name === this.path ? this.name : `${this.name} (for ${this.path})`;
  }
}

function inverse(order: readonly number[]): number[] {
  const inverted = new Array<number>(order.length);
  order.forEach((at, i) => inverted[at] = i);
  return inverted;
}

/** A weight of a model, before its name elsewhere is settled. */
interface OwnWeight {
  readonly path: string;
  readonly variable: Variable;
  /** The path of the module that has it. */
  readonly owner: string;
  readonly layer: AnyLayer | null;
  readonly layout: WeightLayout;
}

/** What a weight is called elsewhere, and what says so. */
interface FoundName {
  readonly name: string;
  readonly entry: string | null;
}

/**
 * Where each weight of a model stands elsewhere; those that `names` leaves out are not among them.
 *
 * @throws {RangeError} When the framework, a path of `names` or of `flattened` is unknown, two weights would have one
 * name, or the order of flattened features cannot be told.
 */
export function weightPlaces(
  model: AnyLayer,
  framework: string | null,
  { names = {}, flattened = {} }: WeightMapOptions,
): WeightPlace[] {
  const operation = `map the weights of ${model.name}`;
  const known = framework === null
    ? null
    : oneOf(operation, "the framework", framework, FRAMEWORKS);
  const weights = ownWeights(model, known);
  const nameOf = nameFinder(operation, names, weights);
  const named = weights.flatMap((weight) => {
    const found = nameOf(weight);
    return found === null ? [] : [{ ...weight, found }];
  });
  checkDistinct(operation, named);
  const orders = orderFinder(operation, model, named, flattened);
  return named.map(({ found, ...weight }) =>
    new WeightPlace(weight.path, weight.variable, found, weight.layout, orders(weight))
  );
}

function ownWeights(model: AnyLayer, framework: string | null): OwnWeight[] {
  const modules = new Map(model.namedModules());
  return [...model.namedParameters(), ...model.namedBuffers()].map(([path, variable]) => {
    const owner = enclosing(path).find((above) => modules.has(above))!;
    const module = modules.get(owner)!;
    const layer = module instanceof Layer ? module : null;
    const field = owner === "" ? path : path.slice(owner.length + 1);
    const layouts = framework === null || layer === null ? {} : layer.weightLayouts(framework);
    const layout = Object.hasOwn(layouts, field) ? layouts[field] : { name: field };
    return { path, variable, owner, layer, layout };
  });
}

/** The paths above a path, from the nearest on; the last is empty. */
function enclosing(path: string): string[] {
  const parts = path.split(".");
  return parts.map((_, i) => parts.slice(0, parts.length - 1 - i).join("."));
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function nameFinder(
  operation: string,
  names: WeightNames,
  weights: readonly OwnWeight[],
): (weight: OwnWeight) => FoundName | null {
  const checked = (name: unknown, path: string): string | null => {
    if (name === null || typeof name === "string") return name;
    throw typeError(
      "weights.names",
      `Cannot ${operation} as names must say strings, or null to leave out: current name of "${path}" is ${
        show(name)
      }`,
    );
  };
  if (typeof names === "function") {
    return ({ path, owner, layout }) => {
      const name = checked(names(join(owner, layout.name), path), path);
      return name === null ? null : { name, entry: null };
    };
  }
  if (typeof names !== "object" || names === null) {
    throw typeError(
      "weights.names",
      `Cannot ${operation} as names must be a record or a function: current names are ${
        show(names)
      }`,
    );
  }
  checkPaths(operation, "names", Object.keys(names), [
    ...weights.flatMap(({ path }) => [path, ...enclosing(path)]),
  ]);
  return ({ path, owner, layout }) => {
    if (Object.hasOwn(names, path)) {
      const name = checked(names[path], path);
      return name === null ? null : { name, entry: path };
    }
    const inFull = join(owner, layout.name);
    const entry = enclosing(path).find((above) =>
      above.length <= owner.length && Object.hasOwn(names, above)
    );
    if (entry === undefined) return { name: inFull, entry: null };
    const place = checked(names[entry], entry);
    const rest = entry === "" ? inFull : inFull.slice(entry.length + 1);
    return place === null ? null : { name: join(place, rest), entry };
  };
}

function checkPaths(
  operation: string,
  option: string,
  given: readonly string[],
  known: readonly string[],
): void {
  const unknown = given.filter((path) => !known.includes(path)).map((path) => {
    const near = nearMatches(path, known.filter((name) => name !== ""));
    return near.length === 0 ? `"${path}"` : `"${path}" (near are ${near.join(", ")})`;
  });
  if (unknown.length === 0) return;
  throw rangeError(
    "weights.path",
    `Cannot ${operation} as ${option} must say paths of its layers or weights: unknown are ${
      unknown.join(", ")
    }; the paths are the keys of stateDict()`,
  );
}

function checkDistinct(
  operation: string,
  named: readonly (OwnWeight & { found: FoundName })[],
): void {
  const paths = Map.groupBy(named, ({ found }) => found.name);
  const twice = [...paths].filter(([, weights]) => weights.length > 1).map(([name, weights]) =>
    `"${name}" is given to ${weights.map(({ path }) => path).join(" and ")}`
  );
  if (twice.length === 0) return;
  throw rangeError(
    "weights.twice",
    `Cannot ${operation} as each must have a name of its own: ${twice.join("; ")}`,
  );
}

/** Finds the orders along the axes of a weight. */
function orderFinder(
  operation: string,
  model: AnyLayer,
  weights: readonly OwnWeight[],
  flattened: Readonly<Record<string, Shape | null>>,
): (weight: OwnWeight) => (FeatureOrder | null)[] {
  const layers = new Map<AnyLayer, string>();
  for (const { layer, owner, layout } of weights) {
    if (layer !== null && layout.features !== undefined) layers.set(layer, owner);
  }
  checkPaths(operation, "flattened", Object.keys(flattened), [...layers.values()]);
  const found = layers.size === 0
    ? new Map<AnyLayer, LayerFeatures>()
    : featureOrders(model, [...layers.keys()]);
  return ({ path, owner, layer, layout, variable }) =>
    variable.shape.map((length, axis) => {
      const side = layout.features?.[axis] ?? null;
      if (side === null || length === 1) return null;
      const order = found.get(layer!)![side];
      if (Object.hasOwn(flattened, owner)) {
        if (side === "input") return givenOrder(operation, owner, flattened[owner], length);
        return order === "unknown" ? null : order;
      }
      return checkKnown(operation, path, owner, order);
    });
}

function givenOrder(
  operation: string,
  owner: string,
  shape: Shape | null,
  length: number,
): FeatureOrder | null {
  if (shape === null) return null;
  const isShape = Array.isArray(shape) && shape.length > 0 &&
    shape.every((d) => Number.isInteger(d) && d > 0);
  if (isShape && sizeOf(shape) === length) return flattenedOrder(shape);
  const requirement = `[channels, …spatial] of ${length} elements in all, or null`;
  throw errors.option(operation, `flattened["${owner}"]`, requirement, shape);
}

function checkKnown(
  operation: string,
  path: string,
  owner: string,
  order: FoundOrder,
): FeatureOrder | null {
  if (order !== "unknown") return order;
  throw rangeError(
    "weights.order",
    `Cannot ${operation} as the model does not tell which axes of an image the features along "${path}" were flattened ` +
      `from: give flattened: { "${owner}": [channels, height, width] }, the shape there, or null where the order is the same`,
  );
}

/** The weights of a model as another framework has them, by the names there: copies. */
export function foreignState(
  model: AnyLayer,
  framework: string | null,
  map: WeightMapOptions,
): StateDict {
  return tidy(() =>
    Object.fromEntries(
      weightPlaces(model, framework, map).map((place) => [
        place.name,
        place.toTheirs(place.variable.detach()),
      ]),
    )
  );
}

/**
 * Takes weights that were read elsewhere over into a model.
 *
 * @throws {RangeError} When an option is unknown, or some are missing, left over, of another shape or of another kind of numbers; all are named,
 * and nothing is changed.
 */
export function loadForeignState(
  model: AnyLayer,
  state: StateDict,
  options: LoadWeightsOptions,
): void {
  checkOptionNames("load weights", options, LOAD_OPTIONS);
  const { from = null, strict = true, ...map } = options;
  const places = weightPlaces(model, from, map);
  const tensors = new Map(Object.entries(state));
  const faults = faultsOf(places, tensors, strict, from);
  if (faults.length > 0) {
    throw rangeError(
      "module.state",
      `Cannot load the state into ${model.displayName} as it belongs to another architecture: ${
        faults.join("; ")
      }`,
    );
  }
  const ours = places.flatMap((place): [string, Tensor][] => {
    const theirs = tensors.get(place.name);
    return isTensor(theirs) ? [[place.path, place.toOurs(theirs)]] : [];
  });
  model.loadStateDict(Object.fromEntries(ours), { strict: false });
}

function faultsOf(
  places: readonly WeightPlace[],
  tensors: ReadonlyMap<string, Tensor>,
  strict: boolean,
  from: string | null,
): string[] {
  const wanted = new Set(places.map(({ name }) => name));
  const missing = places.filter(({ name }) => !tensors.has(name));
  // However much may be missing, a name that was given and is nowhere is a mistake; so is a file of other weights.
  const found = new Set(places.filter(({ name }) => tensors.has(name)).map(({ entry }) => entry));
  const isNothingFound = missing.length === places.length;
  const mistaken = missing.filter(({ entry }) =>
    strict || isNothingFound || (entry !== null && !found.has(entry))
  );
  const extra = [...tensors.keys()].filter((name) =>
    !wanted.has(name) && !(from !== null && COUNTER.test(name))
  );
  const unfit = places.flatMap((place) => {
    const given = tensors.get(place.name);
    if (given === undefined) return [];
    if (!sameShape(given.dims, place.shape)) {
      return [`${place} is ${formatShape(given.dims)} instead of ${formatShape(place.shape)}`];
    }
    const { dtype } = place.variable;
    return isFloating(given.dtype) === isFloating(dtype)
      ? []
      : [`${place} is ${given.dtype} instead of ${dtype}`];
  });
  return [
    ...(mistaken.length > 0 ? [`missing are ${mistaken.join(", ")}`] : []),
    ...(strict && extra.length > 0 ? [`left over are ${extra.join(", ")}`] : []),
    ...unfit,
  ];
}
