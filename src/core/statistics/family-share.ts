/**
 * Shares of successes among observations that come in families, few and unequal ones: an archive's prompts descend from a
 * handful of seeds, and one seed's descendants may be half of them. There a bootstrap of families is too narrow (it covers
 * 55 to 90 % for 95 %), and Wilson's interval of independent observations more so.
 */
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { clusteredVariance, effectiveClusters } from "./clustered-mean.ts";
import { type Interval, requireLevel } from "./interval.ts";
import { normalQuantile } from "./normal-quantile.ts";
import { type Observations, toNumbers } from "./observations.ts";
import type { Successes } from "./share-difference.ts";
import { studentQuantile } from "./student-quantile.ts";
import { scoreInterval, wilsonInterval } from "./wilson-interval.ts";

/**
 * A share of successes with Wilson's interval of the effective sample: trials over the design effect, which is at least 1, and
 * fewer for the degrees of freedom of few families (Korn and Graubard, Survey Methodology 24, 1998; Dean and Pagano, Journal of
 * Survey Statistics and Methodology 3, 2015). Degrees of freedom are the effective number of families less one. Where nothing varies, families count
 * as one observation each. Of one family it is Wilson's interval, which is then about that family alone.
 * Throws InvalidArgumentError without trials, and as wilsonInterval does.
 */
export function familyShare(families: readonly Successes[], level = 0.95): Interval {
  const filled = families.filter(({ trials }) => trials > 0);
  const [successes, trials] = filled.reduce(
    ([sum, count], family) => [sum + family.successes, count + family.trials],
    [0, 0],
  );
  if (filled.length < 2) return wilsonInterval(successes, trials, level);
  const share = successes / trials;
  const deviate = normalQuantile((1 + requireLevel(level)) / 2);
  const effective = effectiveClusters(filled.map((family) => family.trials));
  if (successes === 0 || successes === trials) return scoreInterval(share * effective, effective, deviate);
  const residuals = filled.reduce((sum, family) => sum + (family.successes - share * family.trials) ** 2, 0);
  const variance = ((filled.length / (filled.length - 1)) * residuals) / trials ** 2;
  const sample = Math.min(trials, (share * (1 - share)) / variance);
  const size = sample * (deviate / studentQuantile(degreesOf(effective), (1 + level) / 2)) ** 2;
  return { ...scoreInterval(share * size, size, deviate), estimate: share };
}

/** Outcomes of the items of one family, 0 or 1 (or false, true), before and after, in one order. */
export interface FamilyPairs {
  readonly before: Observations;
  readonly after: Observations;
}

/**
 * Share after - share before of the same items in at least two families, in [-1, 1]: Student's interval with the variance
 * between families, or that of unrelated items where it is greater. Where all items changed alike, the bound of
 * pairedShareDifference with families in the place of items.
 * Throws InvalidArgumentError for fewer families, and for those without items or with different numbers of them.
 */
export function familyDifference(families: readonly FamilyPairs[], level = 0.95): Interval {
  requireLevel(level);
  const changes = families.map(({ before, after }) => {
    const [first, second] = [toNumbers(before), toNumbers(after)];
    if (first.length !== second.length) throw wrongFamilies(`${first.length} before and ${second.length} after`);
    return second.map((value, index) => value - (first[index] as number));
  });
  if (changes.length < 2) throw wrongFamilies(String(changes.length));
  const single = changes.flatMap((family) => [...family].map((change) => Float64Array.of(change)));
  const estimate = single.reduce((sum, [change = 0]) => sum + change, 0) / single.length;
  const effective = effectiveClusters(changes.map(({ length }) => length));
  const clamp = (low: number, high: number) => ({ estimate, low: Math.max(-1, low), high: Math.min(1, high) });
  const [change = 0] = single[0] as Float64Array;
  if (single.every(([other]) => other === change)) {
    const otherwise = 1 - ((1 - level) / 2) ** (1 / effective);
    return change === 0 ? clamp(-otherwise, otherwise) : clamp(change - 2 * otherwise, change + 2 * otherwise);
  }
  const variance = Math.max(clusteredVariance(changes), clusteredVariance(single));
  const half = studentQuantile(degreesOf(effective), (1 + level) / 2) * Math.sqrt(variance);
  return clamp(estimate - half, estimate + half);
}

function degreesOf(effective: number): number {
  return Math.max(1, Math.floor(effective + 1e-9) - 1);
}

function wrongFamilies(received: string): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: "outcomes of at least two families, as many after as before",
    received,
    remedy: "use pairedShareDifference for items of one family or none",
  });
}
