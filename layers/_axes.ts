import { errors, show, typeError } from "../core/errors.ts";

/** One axis or several, as an option gives them; a list is copied. */
export function axesOption(
  layer: string,
  axis: number | readonly number[],
): number | readonly number[] {
  const operation = `make a ${layer} layer`;
  const axes = Array.isArray(axis) ? [...axis] : [axis];
  if (axes.some((a) => typeof a !== "number")) {
    throw typeError(
      "option.kind",
      `Cannot ${operation} as axis must be a number or a list of numbers: current axis is ${
        show(axis)
      }`,
    );
  }
  if (axes.length === 0 || !axes.every(Number.isInteger)) {
    throw errors.option(operation, "axis", "one whole number or more", axis);
  }
  return Array.isArray(axis) ? axes : axis;
}
