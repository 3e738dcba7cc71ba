/** A number that tells something about a data set: its quality, its diversity or its complexity (2412.02980). */

/** One row of a data set, as every measure reads it. */
export interface DataRow {
  readonly prompt: string;
  readonly completion: string;
  /** Whatever else is known of the row: { steps: 3, cell: 17, correct: true }. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

export type MeasureAxis = "quality" | "diversity" | "complexity";

export interface Measure {
  /** Unique, lower case with hyphens, e.g. "self-bleu". */
  readonly name: string;
  readonly axis: MeasureAxis;
  /** What it computes, in a sentence or formula, with its source. */
  readonly description: string;
  /** Least and greatest value it can take. */
  readonly range: readonly [number, number];
  /** What a higher value means, e.g. "less diverse". */
  readonly higherMeans: string;
  /** How its time grows with n rows. */
  readonly cost: "linear" | "quadratic" | "model";
  /** The value for the rows; NaN where it is not defined for them (no rows, an attribute that no row has). */
  compute(rows: readonly DataRow[]): number | Promise<number>;
}
