/**
 * The error function and its relatives, within 5 units in the last place of float64.
 *
 * @module
 */

/** The value of a polynomial, its coefficients given from the highest power down (Horner). */
function polynomial(x: number, coefficients: readonly number[]): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}

// W. J. Cody: "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969),
// with the coefficients of his program CALERF (1990).

/** Of erf(x) / x in x², for |x| ≤ 0.46875. */
const NEAR = {
  above: [
    1.85777706184603153e-1,
    3.16112374387056560,
    1.13864154151050156e2,
    3.77485237685302021e2,
    3.20937758913846947e3,
  ],
  below: [
    1,
    2.36012909523441209e1,
    2.44024637934444173e2,
    1.28261652607737228e3,
    2.84423683343917062e3,
  ],
};

/** Of e^(x²) erfc(x) in x, for 0.46875 ≤ x ≤ 4. */
const MIDDLE = {
  above: [
    2.15311535474403846e-8,
    5.64188496988670089e-1,
    8.88314979438837594,
    6.61191906371416295e1,
    2.98635138197400131e2,
    8.81952221241769090e2,
    1.71204761263407058e3,
    2.05107837782607147e3,
    1.23033935479799725e3,
  ],
  below: [
    1,
    1.57449261107098347e1,
    1.17693950891312499e2,
    5.37181101862009858e2,
    1.62138957456669019e3,
    3.29079923573345963e3,
    4.36261909014324716e3,
    3.43936767414372164e3,
    1.23033935480374942e3,
  ],
};

/** Of x² (1/√π − x e^(x²) erfc(x)) in 1/x², for x ≥ 4. */
const FAR = {
  above: [
    1.63153871373020978e-2,
    3.05326634961232344e-1,
    3.60344899949804439e-1,
    1.25781726111229246e-1,
    1.60837851487422766e-2,
    6.58749161529837803e-4,
  ],
  below: [
    1,
    2.56852019228982242,
    1.87295284992346725,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3,
  ],
};

type Ratio = typeof NEAR;

function ratio(x: number, { above, below }: Ratio): number {
  return polynomial(x, above) / polynomial(x, below);
}

/** e^(−x²): the square is split so that its rounding, large beside 1 where x is, does not show. */
function gaussian(x: number): number {
  const head = Math.trunc(x * 16) / 16;
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head));
}

/** erfc(x) for x ≥ 0.46875. */
function upperTail(x: number): number {
  if (x > 28) return 0; // below the least number of float64
  if (x <= 4) return gaussian(x) * ratio(x, MIDDLE);
  const inverse = 1 / (x * x);
  return gaussian(x) * (1 / Math.sqrt(Math.PI) - inverse * ratio(inverse, FAR)) / x;
}

/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size <= 0.46875) return x * ratio(x * x, NEAR);
  return Math.sign(x) * (1 - upperTail(size));
}

/** 1 − erf(x), of full precision also where erf(x) is nearly 1. */
export function erfc(x: number): number {
  if (Math.abs(x) <= 0.46875) return 1 - erf(x);
  return x < 0 ? 2 - upperTail(-x) : upperTail(x);
}

/**
 * The inverse of the error function: a closed form that is right to 0.2 percent (S. Winitzki,
 * 2008), sharpened by Halley's method.
 */
export function erfinv(y: number): number {
  const size = Math.abs(y);
  if (!(size < 1)) return size === 1 ? y * Infinity : NaN;
  const a = 0.147;
  const log = Math.log1p(-size * size);
  const middle = 2 / (Math.PI * a) + log / 2;
  let x = Math.sqrt(Math.max(0, Math.sqrt(middle * middle - log / a) - middle));
  for (let step = 0; step < 3; step++) {
    // In the tail erf has lost the digits that 1 − y and erfc keep.
    const error = size < 0.5 ? erf(x) - size : (1 - size) - erfc(x);
    const newton = error * Math.sqrt(Math.PI) / 2 * Math.exp(x * x);
    x -= newton / (1 + x * newton);
  }
  return Math.sign(y) * x;
}
