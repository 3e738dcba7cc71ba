/**
 * The card of a data set: its quality, diversity and complexity with 95 % intervals, its duplicates, its thin regions.
 *
 * An interval says where another data set of as many rows from the same source would likely fall. Means over rows have
 * bootstrap intervals, shares of rows Wilson's, which keep a width at 0 and 1; other measures of linear cost the grouped jackknife's (grouped-jackknife.ts says why); costlier
 * ones have none.
 */
import type { RandomStream } from "../core/random.ts";
import { bootstrapMean } from "../core/statistics/bootstrap.ts";
import type { Interval } from "../core/statistics/interval.ts";
import { wilsonInterval } from "../core/statistics/wilson-interval.ts";
import { jackknifeInterval, leaveGroupsOut, randomGroups } from "./grouped-jackknife.ts";
import { reasoningStepsDescriptor } from "./measures/complexity/reasoning-steps.ts";
import { type DataDescriptor, lengthDescriptor } from "./measures/descriptor.ts";
import { duplicateGroups } from "./measures/diversity/duplicate-rate.ts";
import type { DataRow, Measure, MeasureAxis } from "./measures/measure.ts";
import { meanOfDefined } from "./measures/row-mean-measure.ts";
import { standardMeasures } from "./measures/standard-measures.ts";
import { type DataRegions, dataRegions } from "./regions.ts";

/** One measure of a data set. */
export interface CardRow {
  readonly axis: MeasureAxis;
  readonly measure: string;
  readonly description: string;
  readonly higherMeans: string;
  readonly value: number;
  /** 95 %; left out where it is not affordable or there are too few rows. */
  readonly interval?: readonly [number, number];
}

/** A data set by its quality, diversity and complexity. */
export interface DataCard {
  readonly format: 1;
  readonly rowCount: number;
  /** One row a measure that is defined for the data, in the order of the measures. */
  readonly rows: readonly CardRow[];
  /** Names of measures that are not defined for the data (no row has a verdict, say). */
  readonly undefinedMeasures: readonly string[];
  /** Groups of rows (indices from 0) with equal prompt and completion, the largest first. */
  readonly duplicates: readonly (readonly number[])[];
  readonly regions: DataRegions;
}

/** What a card measures. */
export interface DataCardOptions {
  /** Default: `standardMeasures()`. */
  readonly measures?: readonly Measure[];
  /** For resampling; each measure has a stream of its own. */
  readonly random: RandomStream;
  /** Dimensions to look for thin regions in; default: steps, and length in words. */
  readonly descriptors?: readonly DataDescriptor[];
  /** Default true. */
  readonly intervals?: boolean;
}

/** Measures a data set. Throws what a measure or descriptor throws. */
export async function dataCard(rows: readonly DataRow[], options: DataCardOptions): Promise<DataCard> {
  const { measures = standardMeasures(), random, intervals = true } = options;
  const descriptors = options.descriptors ?? [reasoningStepsDescriptor, lengthDescriptor];
  const cardRows: CardRow[] = [];
  const undefinedMeasures: string[] = [];
  for (const measure of measures) {
    const estimated = await estimate(measure, rows, intervals ? random.split("card", measure.name) : undefined);
    if (estimated === undefined) undefinedMeasures.push(measure.name);
    else cardRows.push(cardRow(measure, estimated));
  }
  return {
    format: 1,
    rowCount: rows.length,
    rows: cardRows,
    undefinedMeasures,
    duplicates: duplicateGroups(rows),
    regions: dataRegions(rows, descriptors),
  };
}

type Estimate = Interval | { readonly estimate: number };

async function estimate(
  measure: Measure,
  rows: readonly DataRow[],
  random: RandomStream | undefined,
): Promise<Estimate | undefined> {
  if (measure.rowValues !== undefined) {
    const values = (await measure.rowValues(rows)).filter((value) => !Number.isNaN(value));
    if (values.length === 0) return undefined;
    // A single row says nothing about the spread between rows.
    if (random === undefined || values.length === 1) return { estimate: meanOfDefined(values) };
    if (values.every((value) => value === 0 || value === 1)) {
      return wilsonInterval(values.filter((value) => value === 1).length, values.length);
    }
    return bootstrapMean(values, { random });
  }
  const value = await measure.compute(rows);
  if (Number.isNaN(value)) return undefined;
  if (random === undefined || measure.cost !== "linear") return { estimate: value };
  const leftOut = await leaveGroupsOut(measure, rows, randomGroups(rows.length, random));
  return leftOut === undefined ? { estimate: value } : jackknifeInterval(value, leftOut);
}

function cardRow(measure: Measure, estimated: Estimate): CardRow {
  const { axis, name, description, higherMeans, range } = measure;
  const within = (bound: number) => Math.min(Math.max(bound, range[0]), range[1]);
  const row = { axis, measure: name, description, higherMeans, value: estimated.estimate };
  return "low" in estimated ? { ...row, interval: [within(estimated.low), within(estimated.high)] } : row;
}
