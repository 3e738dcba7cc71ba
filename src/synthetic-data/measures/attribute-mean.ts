import type { Measure } from "./measure.ts";
import { rowMeanMeasure } from "./row-mean-measure.ts";

/** Which attribute to average, and what that measures. */
export interface AttributeMeanOptions {
  /** The attribute with a number, e.g. "solve-rate"; it names the measure. */
  readonly attribute: string;
  readonly axis: Measure["axis"];
  readonly range: Measure["range"];
  readonly higherMeans: string;
}

/** The mean of a number that is known of each row: a judge's score, a solver's success rate; NaN where no row has it. */
export function attributeMean(options: AttributeMeanOptions): Measure {
  const { attribute, axis, range, higherMeans } = options;
  return rowMeanMeasure({
    name: `mean-${attribute}`,
    axis,
    description: `Mean of the attribute ${JSON.stringify(attribute)}`,
    formula: "sum of the attribute / rows that have it",
    source: "Havrilla et al. 2024, 2412.02980",
    range,
    higherMeans,
    valueOfRow: (row) => {
      const value = row.attributes?.[attribute];
      return typeof value === "number" ? value : undefined;
    },
  });
}
