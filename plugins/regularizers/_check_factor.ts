import { errors } from "../../core/errors.ts";

/** The factor of a penalty, checked. */
export function checkFactor(regularizer: string, option: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value;
  throw errors.option(`make an ${regularizer}`, option, "finite and not negative", value);
}
