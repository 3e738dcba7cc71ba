import type { DataDescriptor } from "../descriptor.ts";
import type { DataRow, Measure } from "../measure.ts";

/** Settings of coverage. */
export interface ArchiveCoverageOptions {
  /** The dimensions; the archive has the product of their bins as cells. At least one. */
  readonly descriptors: readonly DataDescriptor[];
}

/** The share of an archive's cells that have a row, in [0, 1]; NaN where no row has all descriptors. */
export function archiveCoverage(options: ArchiveCoverageOptions): Measure {
  const { descriptors } = options;
  const cells = cellCount(descriptors);
  return {
    name: `coverage-of-${descriptors.map((descriptor) => descriptor.name).join("-by-")}`,
    axis: "diversity",
    description: `Share of the ${cells} cells of ${descriptors.map((descriptor) => descriptor.name).join(" x ")} that have a row`,
    formula: "cells with a row / cells",
    source: "Mouret and Clune 2015, 1504.04909",
    range: [0, 1],
    higherMeans: "more diverse",
    cost: "linear",
    dependsOnSize: true,
    dependsOnOrder: false,
    compute(rows) {
      const filled = rowsPerCell(rows, descriptors).size;
      return filled === 0 ? Number.NaN : filled / cells;
    },
  };
}

/** How many cells the grid of descriptors has. */
export function cellCount(descriptors: readonly DataDescriptor[]): number {
  return descriptors.reduce((product, descriptor) => product * descriptor.bins.length, 1);
}

/** Rows by cell (the last descriptor's bin varies fastest); rows that lack a descriptor are left out. */
export function rowsPerCell(rows: readonly DataRow[], descriptors: readonly DataDescriptor[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const row of rows) {
    let cell: number | undefined = 0;
    for (const descriptor of descriptors) {
      const bin = descriptor.bin(row);
      cell = bin === undefined || cell === undefined ? undefined : cell * descriptor.bins.length + bin;
    }
    if (cell !== undefined) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return counts;
}
