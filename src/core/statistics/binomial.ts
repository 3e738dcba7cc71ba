/** Exact binomial draws, which turn the resampling of successes and failures into one draw per resample. */
import type { RandomStream } from "../random.ts";

/**
 * The number of successes among `trials` with this probability each.
 *
 * Inversion that walks outwards from the mode, so that the expected number of steps is of the order of the standard
 * deviation. Exactly distributed up to the rounding of doubles.
 */
export function drawBinomial(trials: number, probability: number, random: RandomStream): number {
  if (trials === 0 || probability <= 0) return 0;
  if (probability >= 1) return trials;
  const odds = probability / (1 - probability);
  const mode = Math.min(trials, Math.floor((trials + 1) * probability));
  const peak = Math.exp(logBinomialProbability(mode, trials, probability));
  let remaining = random.uniform() - peak;
  let [low, high, below, above] = [mode, mode, peak, peak];
  while (remaining >= 0) {
    if (high < trials) {
      above *= ((trials - high) / (high + 1)) * odds;
      high++;
      remaining -= above;
      if (remaining < 0) return high;
    }
    if (low > 0) {
      below *= low / (trials - low + 1) / odds;
      low--;
      remaining -= below;
      if (remaining < 0) return low;
    }
    // What rounding left over (about 1e-13 of all draws) goes to the mode.
    if ((low === 0 || below === 0) && (high === trials || above === 0)) return mode;
  }
  return mode;
}

/** Natural logarithm of the binomial probability of `successes`; probability inside (0, 1). */
export function logBinomialProbability(successes: number, trials: number, probability: number): number {
  const failures = trials - successes;
  const ways = logFactorial(trials) - logFactorial(successes) - logFactorial(failures);
  return ways + successes * Math.log(probability) + failures * Math.log1p(-probability);
}

const smallFactorials = [1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800, 39916800, 479001600];

/** ln n!, by Stirling's series above 12 (truncated after n^-7: error below 1e-12). */
function logFactorial(n: number): number {
  const small = smallFactorials[n];
  if (small !== undefined) return Math.log(small);
  const inverse = 1 / n;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + series;
}
