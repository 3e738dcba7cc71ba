import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import type { RandomStream } from "../random.ts";
import { quantileOfSorted } from "./descriptive.ts";

/** An estimate with the ends of its confidence interval. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** How a bootstrap interval is made. */
export interface BootstrapOptions {
  /** Drawn from; equal streams at equal positions give equal intervals. */
  readonly random: RandomStream;
  /** How many resamples are drawn, at least 1 (default 2,000). */
  readonly resamples?: number;
  /** Share of the resamples inside the interval, in (0, 1) (default 0.95). */
  readonly level?: number;
}

/** Throws InvalidArgumentError for a level outside (0, 1). */
export function requireLevel(level: number): number {
  if (!(level > 0 && level < 1)) {
    throw new InvalidArgumentError({
      expected: "a confidence level between 0 and 1",
      received: String(level),
      remedy: "pass 0.95 for 95 %",
    });
  }
  return level;
}

/**
 * The percentile interval (Efron and Tibshirani, 1993, chapter 13): the middle `level` of resampled statistics.
 * @param draw the statistic of one new resample
 */
export function percentileInterval(estimate: number, draw: () => number, options: BootstrapOptions): Interval {
  const { resamples = 2000, level = 0.95 } = options;
  requireLevel(level);
  if (!(Number.isInteger(resamples) && resamples >= 1)) {
    throw new InvalidArgumentError({
      expected: "a number of resamples of at least 1",
      received: String(resamples),
      remedy: "pass 2000, or leave it out",
    });
  }
  const statistics = new Float64Array(resamples);
  for (let index = 0; index < resamples; index++) statistics[index] = draw();
  statistics.sort();
  return {
    estimate,
    low: quantileOfSorted(statistics, (1 - level) / 2),
    high: quantileOfSorted(statistics, (1 + level) / 2),
  };
}
