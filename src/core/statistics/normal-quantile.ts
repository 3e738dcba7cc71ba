/**
 * The x with P(X <= x) = probability for a standard normal X; probability from 0.5 on (8.3 where it rounds to 1).
 * Newton's method on the cumulative distribution's series (Marsaglia, 2004).
 */
export function normalQuantile(probability: number): number {
  let x = 0;
  for (let step = 0; step < 60; step++) {
    const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    const change = (probability - 0.5 - density * centralSeries(x)) / density;
    // The distribution is concave here, so steps from below never jump over the root, except by rounding in the tail.
    x = Math.min(x + change, 8.3);
    if (Math.abs(change) < 1e-15 * Math.max(1, x)) break;
  }
  return x;
}

/** x + x^3/3 + x^5/(3*5) + ..., which times the density is P(0 < X <= x). */
function centralSeries(x: number): number {
  let [sum, term] = [x, x];
  for (let odd = 3; term > 1e-17 * sum; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return sum;
}
