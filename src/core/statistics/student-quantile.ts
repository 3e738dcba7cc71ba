/** Quantiles of Student's t for whole degrees of freedom. */
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { normalQuantile } from "./normal-quantile.ts";

/** From here on t is the normal deviate to a part in ten thousand. */
const nearlyNormal = 20_000;

/**
 * The x with P(T <= x) = probability for a T of Student's distribution: bisection on its closed form in atan(x / sqrt(degrees))
 * (Abramowitz and Stegun, 26.7.3 and 26.7.4). Throws InvalidArgumentError for degrees of freedom that are not whole or below 1,
 * and for probabilities outside [0.5, 1).
 */
export function studentQuantile(degrees: number, probability: number): number {
  if (!(Number.isInteger(degrees) && degrees >= 1 && probability >= 0.5 && probability < 1)) {
    throw new InvalidArgumentError({
      expected: "whole degrees of freedom of at least 1 and a probability in [0.5, 1)",
      received: `${degrees} and ${probability}`,
      remedy: "pass 0.975 for a two-sided interval of 95 %",
    });
  }
  if (degrees >= nearlyNormal) return normalQuantile(probability);
  const wanted = 2 * probability - 1;
  let [low, high] = [0, Math.PI / 2];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle, degrees) < wanted) low = middle;
    else high = middle;
  }
  return Math.sqrt(degrees) * Math.tan(low);
}

/** P(|T| <= sqrt(degrees) tan(angle)). */
function shareWithin(angle: number, degrees: number): number {
  const isOdd = degrees % 2 === 1;
  const square = Math.cos(angle) ** 2;
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let factor = isOdd ? 2 : 1; factor <= degrees - 3; factor += 2) {
    term *= (square * factor) / (factor + 1);
    sum += term;
  }
  const series = Math.sin(angle) * sum;
  return isOdd ? (2 / Math.PI) * (angle + series) : series;
}
