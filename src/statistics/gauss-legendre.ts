export interface Quadrature {
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Gauss–Legendre quadrature between two bounds: Σ weights · f(points) is the integral of every polynomial of degree
 * 2 · count − 1 or less, up to rounding. The points are the zeros of Legendre's polynomial, found by Newton's method from
 * the estimate cos(π (i − 1/4) / (n + 1/2)).
 */
export function gaussLegendre(count: number, from: number, to: number): Quadrature {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  for (let index = 0; index < Math.ceil(count / 2); index += 1) {
    let x = Math.cos((Math.PI * (index + 0.75)) / (count + 0.5));
    let { value, slope } = legendre(count, x);
    for (let step = 0; step < 100 && Math.abs(value / slope) > 1e-16; step += 1) {
      x -= value / slope;
      ({ value, slope } = legendre(count, x));
    }
    // By symmetry the middle one of an odd number lies at 0.
    if (2 * index + 1 === count) [x, { slope }] = [0, legendre(count, 0)];
    const weight = (2 * half) / ((1 - x * x) * slope * slope);
    points[index] = middle - half * x;
    points[count - 1 - index] = middle + half * x;
    weights[index] = weight;
    weights[count - 1 - index] = weight;
  }
  return { points, weights };
}

/** Legendre's polynomial of degree n and its derivative at |x| < 1, by Bonnet's recursion. */
function legendre(n: number, x: number): { value: number; slope: number } {
  let [previous, value] = [1, x];
  for (let degree = 2; degree <= n; degree += 1)
    [previous, value] = [value, ((2 * degree - 1) * x * value - (degree - 1) * previous) / degree];
  return { value, slope: (n * (x * value - previous)) / (x * x - 1) };
}
