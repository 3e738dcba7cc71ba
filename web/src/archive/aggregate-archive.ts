/** The archive as a map of two of its dimensions: the cells that differ only in the others are taken together. */
import type { ArchiveItemView, ArchiveView } from "../../../src/report/view-model.ts";
import { count } from "../text/format.ts";
import { shorten } from "../text/shorten.ts";

export type CellState = "filled" | "weak" | "unscored" | "empty";

export interface MapCell {
  readonly row: number;
  readonly column: number;
  /** Empty: no item. Unscored: none that was scored. Weak: the best one's fitness is below the archive's `weakBelow`. */
  readonly state: CellState;
  /** Elites, best first and those that were not scored last; equal fitness in the order of the archive. Sorted when asked for. */
  readonly items: readonly ArchiveItemView[];
  /** How many they are. */
  readonly count: number;
  /** How many of the items the model gets wrong. */
  readonly failures: number;
  /** Items that were scored: the only ones of which failures and fitness are known. */
  readonly scored: number;
  /** NaN without a scored item. */
  readonly bestFitness: number;
  readonly meanFitness: number;
  /** Cells of the archive that are taken together here, and how many of them have an item. */
  readonly cells: number;
  readonly filledCells: number;
}

export interface ArchiveMap {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [row][column]. */
  readonly cells: readonly (readonly MapCell[])[];
}

/** Which dimensions make rows and columns (undefined: one row, one column), and bins that others are held at. */
export interface MapView {
  readonly rowDimension: number | undefined;
  readonly columnDimension: number | undefined;
  /** Dimension -> bin. Dimensions that are neither shown nor held are summed over. */
  readonly held: ReadonlyMap<number, number>;
}

const everything = ["all"];

function labels(archive: ArchiveView, dimension: number | undefined): readonly string[] {
  const bins = dimension === undefined ? everything : (archive.dimensions[dimension]?.bins ?? everything);
  return bins.map((bin) => shorten(bin));
}

/** The rows have more bins than the columns, so that the map is as narrow as it can be. */
export function initialView(archive: ArchiveView): MapView {
  const largest = archive.dimensions
    .map((dimension, index) => ({ index, size: dimension.bins.length }))
    .sort((a, b) => b.size - a.size || a.index - b.index);
  return { rowDimension: largest[0]?.index, columnDimension: largest[1]?.index, held: new Map() };
}

/** Time and memory linear in items and shown cells. Items outside the bins are left out. */
export function aggregateArchive(archive: ArchiveView, view: MapView): ArchiveMap {
  const rows = labels(archive, view.rowDimension);
  const columns = labels(archive, view.columnDimension);
  const groups: ArchiveItemView[][] = Array.from({ length: rows.length * columns.length }, () => []);
  const together = archive.dimensions.reduce(
    (product, { bins }, dimension) =>
      dimension === view.rowDimension || dimension === view.columnDimension || view.held.has(dimension)
        ? product
        : product * bins.length,
    1,
  );
  const held = [...view.held];
  for (const item of archive.items) {
    if (!item.elite || !held.every(([dimension, bin]) => item.bins[dimension] === bin)) continue;
    const row = view.rowDimension === undefined ? 0 : (item.bins[view.rowDimension] ?? -1);
    const column = view.columnDimension === undefined ? 0 : (item.bins[view.columnDimension] ?? -1);
    if (row in rows && column in columns) groups[row * columns.length + column]?.push(item);
  }
  return {
    rows,
    columns,
    cells: rows.map((_, row) =>
      columns.map((_, column) =>
        toCell({ row, column, cells: together }, groups[row * columns.length + column] as ArchiveItemView[], archive),
      ),
    ),
  };
}

function toCell(
  place: Pick<MapCell, "row" | "column" | "cells">,
  items: ArchiveItemView[],
  { weakBelow, dimensions }: ArchiveView,
): MapCell {
  let [scored, failures, total] = [0, 0, 0];
  let best = items[0];
  const filled = new Set<number>();
  for (const item of items) {
    filled.add(cellNumber(item.bins, dimensions));
    if (best !== undefined && byFitness(item, best) < 0) best = item;
    if (item.scored === false) continue;
    scored++;
    if (!item.correct) failures++;
    total += item.fitness;
  }
  let sorted: readonly ArchiveItemView[] | undefined;
  return {
    ...place,
    state: stateOf(best, weakBelow),
    get items() {
      sorted ??= items.sort(byFitness);
      return sorted;
    },
    count: items.length,
    scored,
    failures,
    bestFitness: scored === 0 ? Number.NaN : (best?.fitness ?? Number.NaN),
    meanFitness: total / scored,
    filledCells: filled.size,
  };
}

/** The fitter one first; what was not scored comes last. */
export function byFitness(a: ArchiveItemView, b: ArchiveItemView): number {
  return Number(a.scored === false) - Number(b.scored === false) || b.fitness - a.fitness;
}

/** The state of a cell by its best item. */
export function stateOf(best: ArchiveItemView | undefined, weakBelow: number): CellState {
  if (best === undefined) return "empty";
  return best.scored === false ? "unscored" : best.fitness < weakBelow ? "weak" : "filled";
}

/** The number of a cell of the archive: the last dimension changes fastest. */
export function cellNumber(bins: readonly number[], dimensions: ArchiveView["dimensions"]): number {
  let number = 0;
  for (let dimension = 0; dimension < dimensions.length; dimension++) {
    number = number * (dimensions[dimension]?.bins.length ?? 1) + (bins[dimension] ?? 0);
  }
  return number;
}

/** How many cells of the map are in each state. */
export function countStates({ cells }: ArchiveMap): Readonly<Record<CellState, number>> {
  const states = { filled: 0, weak: 0, unscored: 0, empty: 0 };
  for (const row of cells) for (const { state } of row) states[state]++;
  return states;
}

/** What has to be known of an archive that several rounds filled, each with a search against its own model. */
export function roundsRemark(rounds: number): string {
  return (
    `It is the archive of ${count(rounds)} rounds together: each problem was found against the model of any round, ` +
    "the one that its own round began with, and later ones may solve it."
  );
}

export interface ArchiveSummary {
  readonly cells: number;
  readonly filled: number;
  readonly weak: number;
  readonly unscored: number;
  readonly empty: number;
  readonly elites: number;
  /** Of the elites. */
  readonly scored: number;
  readonly failures: number;
}

/** Counts over the archive's own cells, all dimensions apart. `filled` counts neither the weak nor the unscored ones. */
export function summarizeArchive(archive: ArchiveView): ArchiveSummary {
  const known = summaries.get(archive) ?? summaryOf(archive);
  summaries.set(archive, known);
  return known;
}

/** Several sections tell them, and there may be a hundred thousand items. */
const summaries = new WeakMap<ArchiveView, ArchiveSummary>();

function summaryOf(archive: ArchiveView): ArchiveSummary {
  const best = bestOfCells(archive);
  let [elites, scored, failures] = [0, 0, 0];
  for (const item of archive.items) {
    if (!item.elite) continue;
    elites++;
    if (item.scored === false) continue;
    scored++;
    if (!item.correct) failures++;
  }
  const cells = archive.dimensions.reduce((product, { bins }) => product * bins.length, 1);
  const states = { filled: 0, weak: 0, unscored: 0, empty: cells - best.size };
  for (const item of best.values()) states[stateOf(item, archive.weakBelow)]++;
  return { cells, ...states, elites, scored, failures };
}

/** The fittest item of each cell that has one, by the cell's number. */
export function bestOfCells(archive: ArchiveView): ReadonlyMap<number, ArchiveItemView> {
  const known = bestItems.get(archive) ?? bestItemsOf(archive);
  bestItems.set(archive, known);
  return known;
}

const bestItems = new WeakMap<ArchiveView, ReadonlyMap<number, ArchiveItemView>>();

function bestItemsOf({ items, dimensions }: ArchiveView): ReadonlyMap<number, ArchiveItemView> {
  const best = new Map<number, ArchiveItemView>();
  for (const item of items) {
    if (!item.elite) continue;
    const cell = cellNumber(item.bins, dimensions);
    const known = best.get(cell);
    if (known === undefined || byFitness(item, known) < 0) best.set(cell, item);
  }
  return best;
}
