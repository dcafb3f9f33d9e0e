import { type Logs } from "../core/callback.ts";
import { errors, rangeError } from "../core/errors.ts";
import { findLog } from "./_logs.ts";

/** A placeholder: a name and, after a colon, a form such as `02d` or `.3f`. */
const PLACEHOLDER = /\{(\w+)(?::([^{}]*))?\}/g;
const FORM = /^(0?)(\d*)(?:\.(\d+))?([dfe]?)$/;

/** A number in the form that Python gives it: `02d`, `.3f`, `.2e`; without a form, as it is. */
function formatNumber(value: number, form: string): string {
  const parsed = FORM.exec(form);
  if (parsed === null) {
    throw errors.option("name a file", "the form of a number", "like 02d, .3f or .2e", form);
  }
  const [, zero, width, digits, kind] = parsed;
  const precision = digits === undefined ? 6 : Number(digits);
  const text = kind === "d"
    ? value.toFixed(0)
    : kind === "e"
    ? value.toExponential(precision)
    : kind === "f" || digits !== undefined
    ? value.toFixed(precision)
    : String(value);
  return text.padStart(Number(width), zero === "" ? " " : "0");
}

/**
 * A path with its placeholders filled in: `"{epoch:02d}-{valLoss:.2f}.tensaur"` becomes `"03-0.41.tensaur"`.
 *
 * @throws {RangeError} When a name is unknown, or a form.
 */
export function formatPath(template: string, values: Logs): string {
  return template.replaceAll(PLACEHOLDER, (_, name: string, form = "") => {
    const known = findLog(values, name);
    if (known !== null) return formatNumber(values[known], form);
    throw rangeError(
      "checkpoint.path",
      `Cannot name the file ${template} as nothing is called "${name}": known are ${
        Object.keys(values).join(", ")
      }`,
    );
  });
}
