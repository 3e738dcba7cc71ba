import {
  type CategoricalTessellationOptions,
  categoricalTessellation,
} from "../tessellations/categorical-tessellation.ts";
import type { RectangularTessellation } from "../tessellations/tessellation.ts";
import { CellArchive } from "./cell-archive.ts";
import { listStorage } from "./solution-storage.ts";

/** Named bins, and elites a cell. */
export interface CategoricalArchiveOptions extends CategoricalTessellationOptions {
  /** How many elites a cell holds at most; default 1. */
  readonly elitesPerCell?: number;
}

/**
 * An archive whose descriptors are bin numbers already, one per dimension of labels.
 * Throws InvalidArgumentError for a dimension without labels.
 */
export function categoricalArchive<Solution>(
  options: CategoricalArchiveOptions,
): CellArchive<Solution, readonly Solution[], RectangularTessellation> {
  const tessellation = categoricalTessellation(options);
  return new CellArchive({ ...options, tessellation, storage: listStorage<Solution>() });
}
