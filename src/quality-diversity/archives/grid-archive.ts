import { type GridTessellationOptions, gridTessellation } from "../tessellations/grid-tessellation.ts";
import type { RectangularTessellation } from "../tessellations/tessellation.ts";
import { CellArchive } from "./cell-archive.ts";
import { listStorage, type VectorBatch, vectorStorage } from "./solution-storage.ts";

/** Axes of equal bins, and elites a cell. */
export interface GridArchiveOptions extends GridTessellationOptions {
  /** How many elites a cell holds at most; default 1. */
  readonly elitesPerCell?: number;
}

/** An archive over equal bins of a box, of solutions of any type. Throws InvalidArgumentError for bad bins or ranges. */
export function gridArchive<Solution>(
  options: GridArchiveOptions,
): CellArchive<Solution, readonly Solution[], RectangularTessellation> {
  return new CellArchive({ ...options, tessellation: gridTessellation(options), storage: listStorage<Solution>() });
}

/** The same for solutions that are vectors of `solutionDimension` numbers, kept in one array. */
export function gridVectorArchive(
  options: GridArchiveOptions & { readonly solutionDimension: number },
): CellArchive<Float64Array, VectorBatch, RectangularTessellation> {
  const storage = vectorStorage(options.solutionDimension);
  return new CellArchive({ ...options, tessellation: gridTessellation(options), storage });
}
