/** How far two raters agree beyond what chance would give. */
import { bootstrapStatistic } from "../core/statistics/bootstrap.ts";
import type { BootstrapOptions, Interval } from "../core/statistics/interval.ts";

/**
 * Cohen's kappa (Educational and Psychological Measurement 20, 1960): (p_o - p_e) / (1 - p_e), with p_o the share of equal
 * ratings and p_e what two independent raters of the same habits would have. 0 where both only ever gave one and the same
 * rating, which tells nothing.
 *
 * @param counts counts[i][j]: how often one rater gave rating i and the other rating j; square, at least one count above 0
 */
export function cohenKappa(counts: readonly (readonly number[])[]): number {
  const total = counts.reduce((sum, row) => sum + row.reduce((part, count) => part + count, 0), 0);
  let [observed, expected] = [0, 0];
  for (const [rating, row] of counts.entries()) {
    observed += (row[rating] as number) / total;
    const one = row.reduce((sum, count) => sum + count, 0);
    const other = counts.reduce((sum, each) => sum + (each[rating] as number), 0);
    expected += (one / total) * (other / total);
  }
  return 1 - expected < 1e-12 ? 0 : (observed - expected) / (1 - expected);
}

/**
 * Cohen's kappa with its bootstrap interval.
 *
 * @param groups ratings that belong together and are resampled as one, at least one group: [rating of one, of the other]
 * @param size how many ratings there are; each is a whole number from 0 below it
 */
export function kappaInterval(
  groups: readonly (readonly (readonly [one: number, other: number])[])[],
  size: number,
  options: BootstrapOptions,
): Interval {
  // Flat lists of whole numbers: a resample walks through all ratings, some thousand times.
  const ratings = Int32Array.from(groups.flatMap((group) => group.map(([one, other]) => one * size + other)));
  const starts = new Int32Array(groups.length + 1);
  for (const [index, group] of groups.entries()) starts[index + 1] = (starts[index] as number) + group.length;
  const kappaOf = (sample: ArrayLike<number>): number => {
    const counts = new Int32Array(size * size);
    for (let index = 0; index < sample.length; index++) {
      const group = sample[index] as number;
      const end = starts[group + 1] as number;
      for (let place = starts[group] as number; place < end; place++) {
        const rating = ratings[place] as number;
        counts[rating] = (counts[rating] as number) + 1;
      }
    }
    return cohenKappa(
      Array.from({ length: size }, (_, one) => Array.from(counts.subarray(one * size, (one + 1) * size))),
    );
  };
  return bootstrapStatistic([...groups.keys()], kappaOf, options);
}
