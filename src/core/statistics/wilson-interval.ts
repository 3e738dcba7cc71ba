import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { type Interval, requireLevel } from "./interval.ts";
import { normalQuantile } from "./normal-quantile.ts";

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
  return scoreInterval(successes, trials, normalQuantile((1 + requireLevel(level)) / 2));
}

/** The same of counts that need not be whole, such as those of an effective sample, with another deviate than the level's. */
export function scoreInterval(successes: number, trials: number, deviate: number): Interval {
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
