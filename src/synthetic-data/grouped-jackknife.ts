/**
 * Intervals for numbers that are no mean over rows (Shao and Tu 1995, chapter 2: the grouped jackknife).
 *
 * The usual bootstrap draws rows with replacement, so a resample is full of duplicates: self-BLEU leaps, distinct-n falls,
 * and the interval misses the value it is for. Leaving rows out makes no duplicate. With G random groups of rows and the
 * values v_g without group g: variance = (G - 1) / G sum (v_g - mean v)^2, interval = value -+ t sqrt(variance).
 */
import type { RandomStream } from "../core/random.ts";
import type { Interval } from "../core/statistics/interval.ts";
import type { DataRow, Measure } from "./measures/measure.ts";

const JACKKNIFE_GROUPS = 20;
/** Student's t for 95 % and 19 degrees of freedom. */
const T = 2.093024;

/** A group in [0, JACKKNIFE_GROUPS) for each of n rows, sizes equal to within one. */
export function randomGroups(count: number, random: RandomStream): readonly number[] {
  return random.shuffle(Array.from({ length: count }, (_, index) => index % JACKKNIFE_GROUPS));
}

/** The measure's values without each group in turn; undefined for fewer rows than groups, or where one is NaN. */
export async function leaveGroupsOut(
  measure: Measure,
  rows: readonly DataRow[],
  groups: readonly number[],
): Promise<Float64Array | undefined> {
  if (rows.length < JACKKNIFE_GROUPS) return undefined;
  const values = new Float64Array(JACKKNIFE_GROUPS);
  const indices = [...rows.keys()];
  const subsetValue = measure.subsetValue?.(rows);
  for (let group = 0; group < JACKKNIFE_GROUPS; group++) {
    const kept = indices.filter((index) => groups[index] !== group);
    values[group] = subsetValue?.(kept) ?? (await measure.compute(kept.map((index) => rows[index] as DataRow)));
  }
  return values.some(Number.isNaN) ? undefined : values;
}

/** The 95 % interval of `estimate`, from one or more independent sets of leave-out values whose variances add. */
export function jackknifeInterval(estimate: number, ...leftOut: readonly Float64Array[]): Interval {
  let variance = 0;
  for (const values of leftOut) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    variance += ((values.length - 1) / values.length) * squares;
  }
  const half = T * Math.sqrt(variance);
  return { estimate, low: estimate - half, high: estimate + half };
}
