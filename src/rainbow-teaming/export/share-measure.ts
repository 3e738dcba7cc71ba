/** A measure of the scale 0 to 100 on that of the report, 0 to 1. */
import type { Measure } from "../../synthetic-data/measures/measure.ts";

/** The same measure divided by 100, of one whose intervals come from subsets of the rows or not at all. */
export function inShares(measure: Measure): Measure {
  const { subsetValue, range, description } = measure;
  return {
    ...measure,
    description: `${description}; from 0 to 1`,
    range: [range[0] / 100, range[1] / 100],
    compute: async (rows) => (await measure.compute(rows)) / 100,
    ...(subsetValue && {
      subsetValue: (rows) => {
        const value = subsetValue.call(measure, rows);
        return (kept) => value(kept) / 100;
      },
    }),
  };
}
