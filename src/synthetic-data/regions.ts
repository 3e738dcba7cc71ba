import type { DataDescriptor } from "./measures/descriptor.ts";
import { cellCount, rowsPerCell } from "./measures/diversity/archive-coverage.ts";
import type { DataRow } from "./measures/measure.ts";

/** A bin with far fewer rows than the others of its descriptor. */
export interface ThinRegion {
  readonly descriptor: string;
  readonly bin: string;
  readonly rows: number;
}

/** How a data set fills its descriptors. */
export interface DataRegions {
  /** Rows per bin. */
  readonly descriptors: readonly {
    readonly name: string;
    readonly bins: readonly { readonly name: string; readonly rows: number }[];
    /** Rows that this descriptor says nothing about. */
    readonly withoutBin: number;
  }[];
  /** Bins that are empty, or have less than a tenth of what an even spread would give them; the emptiest first. */
  readonly thin: readonly ThinRegion[];
  /** Cells of all descriptors taken together; 0 without descriptors. */
  readonly cells: number;
  readonly filledCells: number;
}

/** Counts the rows of every bin and cell. Throws what a descriptor throws. */
export function dataRegions(rows: readonly DataRow[], descriptors: readonly DataDescriptor[]): DataRegions {
  const counted = descriptors.map((descriptor) => {
    const counts = rowsPerCell(rows, [descriptor]);
    const bins = descriptor.bins.map((name, bin) => ({ name, rows: counts.get(bin) ?? 0 }));
    const withBin = bins.reduce((sum, bin) => sum + bin.rows, 0);
    return { name: descriptor.name, bins, withoutBin: rows.length - withBin };
  });
  const thin = counted.flatMap(({ name, bins, withoutBin }) => {
    const evenShare = (rows.length - withoutBin) / bins.length;
    return bins
      .filter((bin) => bin.rows === 0 || bin.rows < evenShare / 10)
      .map((bin) => ({ descriptor: name, bin: bin.name, rows: bin.rows }));
  });
  return {
    descriptors: counted,
    thin: thin.sort((a, b) => a.rows - b.rows),
    cells: descriptors.length === 0 ? 0 : cellCount(descriptors),
    filledCells: descriptors.length === 0 ? 0 : rowsPerCell(rows, descriptors).size,
  };
}
