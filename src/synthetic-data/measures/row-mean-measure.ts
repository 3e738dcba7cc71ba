import type { DataRow, Measure } from "./measure.ts";

/** A measure that is a mean over rows, by its rows' values. */
export interface RowMeanMeasureOptions
  extends Pick<Measure, "name" | "axis" | "description" | "formula" | "source" | "range" | "higherMeans"> {
  readonly cost?: Measure["cost"];
  /** The number of one row; NaN or undefined where the row has none. */
  valueOfRow(row: DataRow): number | undefined | Promise<number | undefined>;
}

/** A measure that is the mean of one number a row, over the rows that have one; NaN where none has. */
export function rowMeanMeasure(options: RowMeanMeasureOptions): Measure {
  const { valueOfRow, cost = "linear", ...identity } = options;
  const rowValues = async (rows: readonly DataRow[]): Promise<Float64Array> => {
    const values = new Float64Array(rows.length);
    for (let index = 0; index < rows.length; index++) {
      const value = valueOfRow(rows[index] as DataRow);
      // Awaiting a number costs a microtask; a hundred thousand of these are felt.
      values[index] = (value instanceof Promise ? await value : value) ?? Number.NaN;
    }
    return values;
  };
  return {
    ...identity,
    cost,
    dependsOnSize: false,
    dependsOnOrder: false,
    rowValues,
    compute: async (rows) => meanOfDefined(await rowValues(rows)),
  };
}

/** The mean of the values that are not NaN; NaN where there is none. */
export function meanOfDefined(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}
