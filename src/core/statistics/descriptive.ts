/** Mean, spread and quantiles of a sample. Throw InvalidArgumentError for too few and NumericalError for NaN values. */
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { type Observations, toNumbers } from "./observations.ts";

/** The arithmetic mean of at least one observation. */
export function mean(observations: Observations): number {
  return meanOf(toNumbers(observations));
}

/** The sample standard deviation (divisor n - 1) of at least two observations. */
export function standardDeviation(observations: Observations): number {
  const values = toNumbers(observations, 2);
  const center = meanOf(values);
  let squares = 0;
  for (const value of values) squares += (value - center) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * The quantile at a probability in [0, 1], interpolated linearly between order statistics (type 7 of Hyndman and Fan,
 * 1996; NumPy's default).
 */
export function quantile(observations: Observations, probability: number): number {
  return quantileOfSorted(toNumbers(observations).sort(), requireProbability(probability));
}

/**
 * The mean of the middle half of a sample: n/4 observations are cut off at each end, an observation on the edge counts
 * with the share of it that lies inside (Agarwal et al., 2108.13264, who cut whole observations only; equal where n is a
 * multiple of four).
 */
export function interquartileMean(observations: Observations): number {
  return interquartileMeanOfSorted(toNumbers(observations).sort());
}

/** As `mean`, for a checked sample. */
export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** As `quantile`, for a checked and sorted sample. */
export function quantileOfSorted(sorted: Float64Array, probability: number): number {
  const position = probability * (sorted.length - 1);
  const below = sorted[Math.floor(position)] as number;
  const above = sorted[Math.ceil(position)] as number;
  return below + (above - below) * (position - Math.floor(position));
}

/** As `interquartileMean`, for a checked and sorted sample. */
export function interquartileMeanOfSorted(sorted: Float64Array): number {
  const low = sorted.length / 4;
  const high = sorted.length - low;
  let sum = 0;
  for (let index = Math.floor(low); index < high; index++) {
    const share = Math.min(index + 1, high) - Math.max(index, low);
    sum += share * (sorted[index] as number);
  }
  return sum / (high - low);
}

/** Throws InvalidArgumentError for anything outside [0, 1]. */
export function requireProbability(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new InvalidArgumentError({
      expected: "a probability from 0 to 1",
      received: String(probability),
      remedy: "pass 0.5 for the median, for example",
    });
  }
  return probability;
}
