/**
 * Which differences between two data sets are beyond noise.
 *
 * Means over rows: bootstrap of the difference, paired where both have the same prompts in the same order. Other
 * measures: grouped jackknife of the difference (grouped-jackknife.ts). A measure that shifts with the number of rows
 * alone is compared on as many rows of both, drawn from the larger. Each interval is of 95 %: among twenty measures of
 * two equal sources, one is expected to differ.
 */
import type { RandomStream } from "../core/random.ts";
import { bootstrapDifference, bootstrapPairedDifference } from "../core/statistics/bootstrap.ts";
import type { Interval } from "../core/statistics/interval.ts";
import { jackknifeInterval, leaveGroupsOut, randomGroups } from "./grouped-jackknife.ts";
import type { DataRow, Measure, MeasureAxis } from "./measures/measure.ts";
import { meanOfDefined } from "./measures/row-mean-measure.ts";
import { sampleRows } from "./measures/sample-rows.ts";
import { standardMeasures } from "./measures/standard-measures.ts";

/** What an interval of a difference says: which side of zero it is on. */
export type DifferenceVerdict = "higher" | "lower" | "no clear difference" | "unknown";

/** One measure of both data sets, and the difference. */
export interface ComparedMeasure {
  readonly axis: MeasureAxis;
  readonly measure: string;
  readonly description: string;
  readonly higherMeans: string;
  /** On the rows that were compared. */
  readonly first: number;
  readonly second: number;
  /** second - first; without ends where they are not affordable or there are too few rows. */
  readonly difference: Interval | { readonly estimate: number };
  /** What the second is against the first; "unknown" where the difference has no interval. */
  readonly verdict: DifferenceVerdict;
  /** Rows of each data set that went in. */
  readonly comparedRows: readonly [number, number];
}

/** Two data sets, measure by measure. */
export interface DataSetComparison {
  readonly format: 1;
  readonly rowCounts: readonly [number, number];
  /** Whether both have the same prompts in the same order, and differences are taken row by row. */
  readonly paired: boolean;
  readonly rows: readonly ComparedMeasure[];
  /** Names of measures that are not defined for both. */
  readonly undefinedMeasures: readonly string[];
}

/** What a comparison measures. */
export interface CompareDataSetsOptions {
  /** Default: `standardMeasures()`. */
  readonly measures?: readonly Measure[];
  readonly random: RandomStream;
}

/** Compares two data sets measure by measure. Throws what a measure throws. */
export async function compareDataSets(
  first: readonly DataRow[],
  second: readonly DataRow[],
  options: CompareDataSetsOptions,
): Promise<DataSetComparison> {
  const { measures = standardMeasures(), random } = options;
  const paired = havePairedPrompts(first, second);
  const size = Math.min(first.length, second.length);
  const sampled = [first, second].map((rows) => sampleRows(rows, size, random.split("compare", "sample")));
  const rows: ComparedMeasure[] = [];
  const undefinedMeasures: string[] = [];
  for (const measure of measures) {
    const [one, other] = (measure.dependsOnSize ? sampled : [first, second]) as [
      readonly DataRow[],
      readonly DataRow[],
    ];
    const stream = random.split("compare", measure.name);
    const compared =
      measure.rowValues === undefined
        ? await compareValues(measure, one, other, paired, stream)
        : await compareMeans(measure.rowValues, one, other, paired, stream);
    if (compared === undefined) {
      undefinedMeasures.push(measure.name);
      continue;
    }
    const { axis, name, description, higherMeans } = measure;
    const verdict = verdictOf(compared.difference);
    const comparedRows = [one.length, other.length] as const;
    rows.push({ axis, measure: name, description, higherMeans, ...compared, verdict, comparedRows });
  }
  return { format: 1, rowCounts: [first.length, second.length], paired, rows, undefinedMeasures };
}

type Compared = Pick<ComparedMeasure, "first" | "second" | "difference">;

async function compareMeans(
  rowValues: NonNullable<Measure["rowValues"]>,
  first: readonly DataRow[],
  second: readonly DataRow[],
  paired: boolean,
  random: RandomStream,
): Promise<Compared | undefined> {
  let before = await rowValues(first);
  let after = await rowValues(second);
  if (paired) {
    const [ofFirst, ofSecond] = [before, after];
    before = ofFirst.filter((_, row) => !Number.isNaN(ofSecond[row]));
    after = ofSecond.filter((_, row) => !Number.isNaN(ofFirst[row]));
  }
  before = before.filter((value) => !Number.isNaN(value));
  after = after.filter((value) => !Number.isNaN(value));
  if (before.length === 0 || after.length === 0) return undefined;
  const means = { first: meanOfDefined(before), second: meanOfDefined(after) };
  if (Math.min(before.length, after.length) < 2) {
    return { ...means, difference: { estimate: means.second - means.first } };
  }
  const difference = paired ? bootstrapPairedDifference : bootstrapDifference;
  return { ...means, difference: difference(before, after, { random }) };
}

async function compareValues(
  measure: Measure,
  first: readonly DataRow[],
  second: readonly DataRow[],
  paired: boolean,
  random: RandomStream,
): Promise<Compared | undefined> {
  const values = { first: await measure.compute(first), second: await measure.compute(second) };
  const estimate = values.second - values.first;
  if (Number.isNaN(estimate)) return undefined;
  if (measure.cost !== "linear") return { ...values, difference: { estimate } };
  // The same groups on both sides are what pairs them.
  const groupsOf = (rows: readonly DataRow[], side: string) =>
    randomGroups(rows.length, random.split(paired ? "both" : side));
  const before = await leaveGroupsOut(measure, first, groupsOf(first, "first"));
  const after = await leaveGroupsOut(measure, second, groupsOf(second, "second"));
  if (before === undefined || after === undefined) return { ...values, difference: { estimate } };
  const difference = paired
    ? jackknifeInterval(
        estimate,
        after.map((value, group) => value - (before[group] as number)),
      )
    : jackknifeInterval(estimate, before, after);
  return { ...values, difference };
}

function havePairedPrompts(first: readonly DataRow[], second: readonly DataRow[]): boolean {
  return (
    first.length === second.length &&
    first.every((row, index) => row.prompt !== "" && row.prompt === second[index]?.prompt)
  );
}

function verdictOf(difference: ComparedMeasure["difference"]): DifferenceVerdict {
  if (!("low" in difference)) return "unknown";
  if (difference.low > 0) return "higher";
  return difference.high < 0 ? "lower" : "no clear difference";
}
