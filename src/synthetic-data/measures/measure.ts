/** A number that tells something about a data set: its quality, its diversity or its complexity (2412.02980). */

/** One row of a data set, as every measure reads it. */
export interface DataRow {
  /** What is put to the model; empty for plain text. */
  readonly prompt: string;
  /** What the model writes, or the whole of a plain text. */
  readonly completion: string;
  /** Whatever else is known of the row: { steps: 3, cell: 17, correct: true }. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** What a measure is about (Havrilla et al. 2024, 2412.02980). */
export type MeasureAxis = "quality" | "diversity" | "complexity";

/** A number of a data set, with what one has to know to read it. */
export interface Measure {
  /** Unique, lower case with hyphens, e.g. "self-bleu-13a". */
  readonly name: string;
  readonly axis: MeasureAxis;
  /** What it computes, in a sentence. */
  readonly description: string;
  /** The same as a formula, e.g. "distinct n-grams / all n-grams". */
  readonly formula: string;
  /** Where the definition comes from: a paper, and the implementation whose values it equals. */
  readonly source: string;
  /** Least and greatest value it can take. */
  readonly range: readonly [number, number];
  /** What a higher value means, e.g. "less diverse". */
  readonly higherMeans: string;
  /** How its time grows with n rows (n log n counts as linear); "model" where every row costs a model call. */
  readonly cost: "linear" | "quadratic" | "model";
  /** Whether the value shifts with the number of rows alone, so that only data sets of equal size compare. */
  readonly dependsOnSize: boolean;
  /** Whether another order of the same rows may give another value. */
  readonly dependsOnOrder: boolean;
  /** The value for the rows; NaN where it is not defined for them (no rows, an attribute that no row has). */
  compute(rows: readonly DataRow[]): number | Promise<number>;
  /**
   * For a measure that is the mean of one number a row, each a function of its own row alone: these numbers, NaN where
   * a row has none. They make bootstrap intervals cheap.
   */
  rowValues?(rows: readonly DataRow[]): Float64Array | Promise<Float64Array>;
  /**
   * For a measure whose time goes into reading text: reads once, and gives the function from a subset of the rows
   * (indices, ascending) to its value. All rows give what `compute` gives. It makes jackknife intervals cheap.
   */
  subsetValue?(rows: readonly DataRow[]): (kept: readonly number[]) => number;
}
