/** Who is mutated next. Implementations draw from the archive as it is; all randomness is the argument. */
import type { RandomStream } from "../../core/random.ts";
import type { AddStatus, Archive } from "../archives/archive.ts";

/** A solution to make a child of. */
export interface Parent<Solution> {
  readonly solution: Solution;
  /** The cell it was taken from; undefined for one that was not taken from the archive. */
  readonly cell: number | undefined;
}

/** What became of one child. */
export interface Outcome {
  readonly parentCell: number | undefined;
  readonly childCell: number;
  readonly status: AddStatus;
}

/** What a selection reads of an archive; archives of any kind of batch have it. */
export type SelectableArchive<Solution> = Pick<
  Archive<Solution>,
  "cells" | "elitesPerCell" | "size" | "filledCells" | "count" | "fitness" | "elite"
>;

/** A way to choose parents. */
export interface ParentSelection<Solution> {
  /** `count` parents, drawn with replacement. Throws InvalidArgumentError where there is nothing to draw from. */
  select(archive: SelectableArchive<Solution>, count: number, random: RandomStream): Parent<Solution>[];
  /** Told once per batch, in the order of the batch, by algorithms that use it; only selections that learn listen. */
  observe?(outcomes: readonly Outcome[]): void;
}
