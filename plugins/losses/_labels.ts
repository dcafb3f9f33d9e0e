/**
 * Class numbers as losses take them: whole, and in range.
 *
 * @module
 */

import { isFloating } from "../../core/dtype.ts";
import { errors, rangeError } from "../../core/errors.ts";
import { cast, squeeze } from "../../core/ops/mod.ts";
import { normalizeAxis, sameShape, type Shape, stridesOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";

/** How class numbers are to be understood. */
export interface LabelRules {
  /** The axis of the classes in the predictions. */
  readonly axis: number;
  /** A number that stands for no class. */
  readonly ignoreClass: number | null;
}

/**
 * Class numbers as int32, in the shape of the predictions without the axis of the classes; an axis of 1 in its place goes.
 *
 * @throws {RangeError} When the shapes do not fit, or a label is no class. Where the labels' memory can only be read
 * asynchronously, labels are left to the kernels.
 */
export function asLabels(
  operation: string,
  yTrue: Tensor,
  yPred: Tensor,
  rules: LabelRules,
): Tensor {
  const axis = normalizeAxis(operation, rules.axis, yPred.ndim);
  const isColumn = yTrue.ndim === yPred.ndim && yTrue.dims[axis] === 1;
  const labels = isColumn ? squeeze(yTrue, axis) : yTrue;
  if (!sameShape(labels.dims, yPred.dims.filter((_, i) => i !== axis))) {
    throw errors.shapes(
      operation,
      "targets must be class numbers, one for each row of predictions (one-hot rows are for CategoricalCrossentropy)",
      yTrue.dims,
      yPred.dims,
    );
  }
  if (!labels.isSymbolic) checkLabels(operation, labels, yPred.shape[axis], rules.ignoreClass);
  return cast(labels, "int32");
}

function checkLabels(
  operation: string,
  labels: Tensor,
  classes: number,
  ignoreClass: number | null,
): void {
  const { storage, dtype, size } = labels;
  const values = storage.backend.view?.(storage, dtype, size);
  if (values === undefined) return;
  const mustBeWhole = isFloating(dtype);
  for (let i = 0; i < size; i++) {
    const label = values[i];
    const isClass = label >= 0 && label < classes && !(mustBeWhole && label % 1 !== 0);
    if (isClass || label === ignoreClass) continue;
    const besides = ignoreClass === null ? "" : `, or ${ignoreClass} to be ignored`;
    throw rangeError(
      "loss.label",
      `Cannot ${operation} as labels must be whole numbers from 0 to ${classes - 1}${besides}: ` +
        `current label at [${positionOf(i, labels.shape)}] is ${label}`,
    );
  }
}

function positionOf(index: number, shape: Shape): string {
  return stridesOf(shape).map((stride, i) => Math.floor(index / stride) % shape[i]).join(", ");
}
