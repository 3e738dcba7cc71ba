/**
 * Bootstrap confidence intervals (Efron and Tibshirani, 1993): percentile method, seeded, 2,000 resamples and 95 % by
 * default. All throw InvalidArgumentError for empty samples and options out of range, NumericalError for NaN values.
 */
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { ShapeError } from "../errors/shape-error.ts";
import { interquartileMeanOfSorted, meanOf } from "./descriptive.ts";
import { type BootstrapOptions, type Interval, percentileInterval } from "./interval.ts";
import { type Observations, toNumbers } from "./observations.ts";
import { drawResample, meanResampler } from "./resample.ts";

/** The mean (of booleans: the share of successes) with its interval. */
export function bootstrapMean(observations: Observations, options: BootstrapOptions): Interval {
  const values = toNumbers(observations);
  return percentileInterval(meanOf(values), meanResampler(values, options.random), options);
}

/**
 * mean(after) - mean(before) for the same items measured twice: items are resampled, so that their difficulty cancels.
 * Throws ShapeError where the lengths differ.
 */
export function bootstrapPairedDifference(
  before: Observations,
  after: Observations,
  options: BootstrapOptions,
): Interval {
  if (before.length !== after.length) {
    throw new ShapeError({
      expected: "as many observations after as before (the same items in the same order)",
      received: `${before.length} before and ${after.length} after`,
      remedy: "use bootstrapDifference for unrelated samples",
    });
  }
  const first = toNumbers(before);
  const differences = toNumbers(after).map((value, index) => value - (first[index] as number));
  return percentileInterval(meanOf(differences), meanResampler(differences, options.random), options);
}

/** mean(after) - mean(before) for two unrelated samples, each resampled on its own. */
export function bootstrapDifference(before: Observations, after: Observations, options: BootstrapOptions): Interval {
  const first = toNumbers(before);
  const second = toNumbers(after);
  const drawFirst = meanResampler(first, options.random);
  const drawSecond = meanResampler(second, options.random);
  return percentileInterval(meanOf(second) - meanOf(first), () => drawSecond() - drawFirst(), options);
}

/** Any statistic of a sample; it gets a resample of as many numbers, which it may reorder but not keep. */
export function bootstrapStatistic(
  observations: Observations,
  statistic: (sample: Float64Array) => number,
  options: BootstrapOptions,
): Interval {
  const values = toNumbers(observations);
  const resample = new Float64Array(values.length);
  const draw = (): number => {
    drawResample(values, resample, options.random);
    return statistic(resample);
  };
  return percentileInterval(statistic(values.slice()), draw, options);
}

/**
 * The interquartile mean over all scores of several seeds on several tasks, seeds resampled within each task (stratified
 * bootstrap; Agarwal et al., 2108.13264).
 * @param scores one list a task, with one score a seed: scores[task][seed]; tasks may differ in their number of seeds
 */
export function bootstrapInterquartileMean(scores: readonly Observations[], options: BootstrapOptions): Interval {
  if (scores.length === 0) {
    throw new InvalidArgumentError({
      expected: "scores of at least one task",
      received: "none",
      remedy: "pass one list of scores a task",
    });
  }
  const tasks = scores.map((task) => toNumbers(task));
  const pooled = new Float64Array(tasks.reduce((total, task) => total + task.length, 0));
  const fill = (fillTask: (task: Float64Array, part: Float64Array) => void): number => {
    let begin = 0;
    for (const task of tasks) {
      fillTask(task, pooled.subarray(begin, begin + task.length));
      begin += task.length;
    }
    return interquartileMeanOfSorted(pooled.sort());
  };
  const estimate = fill((task, part) => part.set(task));
  return percentileInterval(estimate, () => fill((task, part) => drawResample(task, part, options.random)), options);
}
