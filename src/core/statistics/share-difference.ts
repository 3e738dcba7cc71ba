/** How much a share of successes differs before and after, with intervals that have a width also at 0 % and 100 %. */
import { bootstrapPairedDifference } from "./bootstrap.ts";
import type { BootstrapOptions, Interval } from "./interval.ts";
import { type Observations, toNumbers } from "./observations.ts";
import { wilsonInterval } from "./wilson-interval.ts";

/** Counts of one sample: whole, 0 <= successes <= trials, trials at least 1. */
export interface Successes {
  readonly successes: number;
  readonly trials: number;
}

/**
 * Share after - share before for two unrelated samples, in [-1, 1]: Newcombe's hybrid of two Wilson intervals
 * (Statistics in Medicine 17, 1998, page 873, method 10). Throws InvalidArgumentError for counts or a level out of range.
 * @param level in (0, 1)
 */
export function newcombeDifference(before: Successes, after: Successes, level = 0.95): Interval {
  const first = wilsonInterval(before.successes, before.trials, level);
  const second = wilsonInterval(after.successes, after.trials, level);
  const estimate = second.estimate - first.estimate;
  return {
    estimate,
    low: estimate - Math.hypot(second.estimate - second.low, first.high - first.estimate),
    high: estimate + Math.hypot(second.high - second.estimate, first.estimate - first.low),
  };
}

/**
 * Share after - share before of the same items, in [-1, 1]: the paired bootstrap, but where all n pairs changed alike.
 * There every resample is the sample, and the bootstrap's interval would have no width. It is replaced by a bound that
 * holds whatever the truth is: with 0 of n pairs seen to behave otherwise, their true share is, with at least the
 * interval's confidence, below u = 1 - ((1 - level) / 2)^(1/n) (Clopper and Pearson, 1934: the upper end for 0 of n). A
 * pair that behaves otherwise moves the difference by 1 at most where none changed, by 2 where all became right or all
 * wrong.
 * @param before 0 or 1 (or false, true) by item @param after the same of the same items
 * Throws ShapeError where the lengths differ, InvalidArgumentError where there are no items.
 */
export function pairedShareDifference(before: Observations, after: Observations, options: BootstrapOptions): Interval {
  const interval = bootstrapPairedDifference(before, after, options);
  const first = toNumbers(before);
  const changes = toNumbers(after).map((value, index) => value - (first[index] as number));
  const [change] = changes as unknown as [number];
  if (changes.some((other) => other !== change)) return interval;
  const { level = 0.95 } = options;
  const otherwise = 1 - ((1 - level) / 2) ** (1 / changes.length);
  return {
    estimate: change,
    low: change === 0 ? -otherwise : Math.max(-1, change - 2 * otherwise),
    high: change === 0 ? otherwise : Math.min(1, change + 2 * otherwise),
  };
}
