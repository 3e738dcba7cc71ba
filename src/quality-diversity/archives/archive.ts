/**
 * An archive of elites: the best solutions found so far in each cell of a descriptor space.
 *
 * Every implementation orders, evicts and reports in the same way; tests/contracts/archive.contract.ts holds that.
 * - Order in a cell: fitness from high to low; of equals, the one added earlier first.
 * - Eviction: a full cell takes a solution only if it is strictly fitter than the cell's last elite, which then leaves:
 *   the worst, and of equally bad ones the newest. A tie with the last elite is rejected.
 * - With one elite a cell this is MAP-Elites (Mouret & Clune 2015, 1504.04909), and add and addBatch report what pyribs
 *   reports.
 */

/** How an add ended, numbered as in pyribs. */
export const addStatus = {
  /** The cell is full of elites that are at least as fit. */
  rejected: 0,
  /** Entered a cell that had elites already. */
  improved: 1,
  /** Entered a cell that was empty. */
  discovered: 2,
} as const;
/** A value of `addStatus`. */
export type AddStatus = (typeof addStatus)[keyof typeof addStatus];

/** A solution with what an archive has to know of it. */
export interface ArchiveEntry<Solution> {
  readonly solution: Solution;
  /** Higher is better; finite. */
  readonly fitness: number;
  /** [dimensions], finite. */
  readonly descriptor: ArrayLike<number>;
}

/** Several entries as columns. `Solutions` is how the archive takes many of them: a list, or a matrix of rows. */
export interface ArchiveBatch<Solutions> {
  readonly solutions: Solutions;
  /** [rows] */
  readonly fitness: Float64Array;
  /** [rows, dimensions] */
  readonly descriptors: Float64Array;
}

/** What became of a solution that was offered. */
export interface AddResult {
  readonly status: AddStatus;
  /**
   * Fitness minus that of the elite that has to leave, 0 where the cell has room: what the add gives to the sum of all
   * elites' fitness, or, where it is rejected, what it lacks (zero or negative).
   */
  readonly value: number;
  readonly cell: number;
}

/** One item per row of the batch; statuses are those of `addStatus`. */
export interface BatchAddResult {
  readonly statuses: Uint8Array;
  readonly values: Float64Array;
  readonly cells: Int32Array;
}

/** A solution that is in an archive, and where. */
export interface Elite<Solution> extends ArchiveEntry<Solution> {
  readonly cell: number;
  /** Place in its cell; 0 is the fittest. */
  readonly rank: number;
}

/** An archive in numbers. */
export interface ArchiveStatistics {
  readonly filledCells: number;
  /** Share of cells that are filled, in [0, 1]. */
  readonly coverage: number;
  /** Sum over filled cells of (best fitness - offset), added in order of cells (Pugh, Soros & Stanley 2016). */
  readonly qdScore: number;
  /** Greatest fitness; undefined where the archive is empty. */
  readonly maximum: number | undefined;
  /** Mean over filled cells of the best fitness; undefined where the archive is empty. */
  readonly mean: number | undefined;
  /** How many elites there are, and the mean fitness of all of them (equal to `mean` with one elite a cell). */
  readonly elites: number;
  readonly meanOfElites: number | undefined;
}

/** The best solutions of each cell of a descriptor space. Rules of order, eviction and ties: README of this room. */
export interface Archive<Solution, Solutions = readonly Solution[]> {
  readonly cells: number;
  /** Numbers in a descriptor. */
  readonly dimensions: number;
  /** How many elites a cell holds at most. */
  readonly elitesPerCell: number;
  /** How many elites there are. */
  readonly size: number;
  /** The cell of a descriptor. Throws ShapeError for a wrong length, NumericalError for NaN or infinity. */
  cellOf(descriptor: ArrayLike<number>): number;
  /** Offers one solution. Throws as cellOf does, and NumericalError for a fitness that is not finite. */
  add(entry: ArchiveEntry<Solution>): AddResult;
  /**
   * Offers several solutions. The archive ends as if they had been added one by one in their order; statuses and values
   * tell how each would have fared alone against the archive as it was before (as in pyribs). Throws as add does, and
   * then nothing has been added.
   */
  addBatch(batch: ArchiveBatch<Solutions>): BatchAddResult;
  /** Cells with elites, in ascending order; a snapshot that later adds do not change. */
  filledCells(): ArrayLike<number>;
  /** How many elites a cell holds. */
  count(cell: number): number;
  /** Fitness of the elite at a rank (default 0, the best); NaN where there is none. */
  fitness(cell: number, rank?: number): number;
  /** The elite at a rank (default 0, the best). Throws InvalidArgumentError where there is none. */
  elite(cell: number, rank?: number): Elite<Solution>;
  /** The elites of a cell, best first; without a cell those of all cells, in ascending order of cells. */
  elites(cell?: number): Elite<Solution>[];
  /** Computed at the call from the elites alone, so archives with equal elites have equal statistics. */
  statistics(options?: { readonly qdScoreOffset?: number }): ArchiveStatistics;
}
