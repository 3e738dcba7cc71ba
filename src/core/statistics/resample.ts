import type { RandomStream } from "../random.ts";
import { drawBinomial } from "./binomial.ts";

/** Samples with at most this many distinct values are resampled by their counts. */
const fewValues = 8;

/**
 * Draws means of resamples (as many observations, with replacement).
 *
 * Where few distinct values occur (successes and failures, differences of these) their counts in a resample are
 * multinomial and are drawn as binomials one after the other: the same distribution at a cost that grows with the square
 * root of the sample.
 */
export function meanResampler(values: Float64Array, random: RandomStream): () => number {
  const counts = countFew(values);
  const { length } = values;
  if (counts === undefined) {
    return () => {
      let sum = 0;
      for (let drawn = 0; drawn < length; drawn++) sum += values[Math.floor(random.uniform() * length)] as number;
      return sum / length;
    };
  }
  const entries = [...counts];
  return () => {
    let [sum, drawsLeft, countLeft] = [0, length, length];
    for (const [value, count] of entries) {
      const drawn = drawBinomial(drawsLeft, count / countLeft, random);
      sum += drawn * value;
      drawsLeft -= drawn;
      countLeft -= count;
    }
    return sum / length;
  };
}

/** Fills `resample` with draws from `values`, with replacement. */
export function drawResample(values: Float64Array, resample: Float64Array, random: RandomStream): void {
  const { length } = values;
  for (let index = 0; index < resample.length; index++) {
    resample[index] = values[Math.floor(random.uniform() * length)] as number;
  }
}

/** How often each value occurs, or undefined where there are many. */
function countFew(values: Float64Array): ReadonlyMap<number, number> | undefined {
  const counts = new Map<number, number>();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (counts.size > fewValues) return undefined;
  }
  return counts;
}
