import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { type Interval, requireLevel } from "./interval.ts";

/**
 * A share of successes with Wilson's score interval (1927), which keeps its promise near 0 and 1 and for few trials.
 * @param successes whole, from 0 to `trials` @param trials at least 1 @param level in (0, 1)
 * Throws InvalidArgumentError for anything else.
 */
export function wilsonInterval(successes: number, trials: number, level = 0.95): Interval {
  const whole = Number.isInteger(successes) && Number.isInteger(trials);
  if (!(whole && trials >= 1 && successes >= 0 && successes <= trials)) {
    throw new InvalidArgumentError({
      expected: "whole numbers 0 <= successes <= trials, trials >= 1",
      received: `${successes} of ${trials}`,
      remedy: "pass counts, not a share",
    });
  }
  const deviate = normalQuantile((1 + requireLevel(level)) / 2);
  const square = deviate ** 2;
  const share = successes / trials;
  const center = (successes + square / 2) / (trials + square);
  const spread = (successes * (trials - successes)) / trials + square / 4;
  const half = (deviate * Math.sqrt(spread)) / (trials + square);
  // The ends are exact at 0 and 1, where rounding would leave 1e-18.
  return {
    estimate: share,
    low: successes === 0 ? 0 : center - half,
    high: successes === trials ? 1 : center + half,
  };
}

/**
 * The x with P(X <= x) = probability for a standard normal X; probability from 0.5 on (8.3 where it rounds to 1).
 * Newton's method on the cumulative distribution's series (Marsaglia, 2004).
 */
function normalQuantile(probability: number): number {
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
