import type { DataDescriptor } from "../descriptor.ts";
import type { Measure } from "../measure.ts";
import { cellCount, rowsPerCell } from "./archive-coverage.ts";

/** Settings of the entropy over cells. */
export interface DescriptorEntropyOptions {
  /** The dimensions; several are taken jointly. At least one. */
  readonly descriptors: readonly DataDescriptor[];
}

/**
 * Shannon entropy of the rows' cells in bits, in [0, log2(cells)]; NaN where no row has all descriptors.
 * The plain (plug-in) estimate: too low by about (filled cells - 1) / (2 rows ln 2) bits.
 */
export function descriptorEntropy(options: DescriptorEntropyOptions): Measure {
  const { descriptors } = options;
  const names = descriptors.map((descriptor) => descriptor.name);
  return {
    name: `entropy-of-${names.join("-by-")}`,
    axis: "diversity",
    description: `How evenly rows spread over the cells of ${names.join(" x ")}, in bits`,
    formula: "- sum over cells of share log2 share",
    source: "Shannon 1948",
    range: [0, Math.log2(cellCount(descriptors))],
    higherMeans: "more diverse",
    cost: "linear",
    dependsOnSize: true,
    dependsOnOrder: false,
    compute(rows) {
      const counts = [...rowsPerCell(rows, descriptors).values()].sort((a, b) => a - b);
      const total = counts.reduce((sum, count) => sum + count, 0);
      if (total === 0) return Number.NaN;
      let entropy = 0;
      for (const count of counts) entropy -= (count / total) * Math.log2(count / total);
      // -0 for a single cell, and roundings above the greatest value.
      return Math.min(Math.max(0, entropy), Math.log2(cellCount(descriptors)));
    },
  };
}
