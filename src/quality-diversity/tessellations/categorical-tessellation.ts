/** Dimensions that are labels already: a descriptor holds one bin number per dimension (pyribs' CategoricalArchive). */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { descriptorNotFinite } from "./not-finite.ts";
import { binsOfCell, countCells } from "./row-major.ts";
import type { RectangularTessellation } from "./tessellation.ts";

/** One dimension of named bins. */
export interface CategoricalAxis {
  readonly name: string;
  /** One label a bin, in order; at least one. */
  readonly labels: readonly string[];
}

/** Dimensions of named bins; at least one. */
export interface CategoricalTessellationOptions {
  readonly axes: readonly CategoricalAxis[];
}

/** Cells that are combinations of labels. Throws InvalidArgumentError for a dimension without labels. */
export function categoricalTessellation(options: CategoricalTessellationOptions): RectangularTessellation {
  const { axes } = options;
  const shape = axes.map((axis) => axis.labels.length);
  const cells = countCells(shape);
  const dimensions = axes.length;
  const bins = Float64Array.from(shape);

  return {
    cells,
    dimensions,
    shape,
    axes,
    binsOf: (cell) => binsOfCell(cell, shape),
    cellOf(descriptors, row) {
      const start = row * dimensions;
      let cell = 0;
      for (let dimension = 0; dimension < dimensions; dimension++) {
        const bin = descriptors[start + dimension] as number;
        const length = bins[dimension] as number;
        if (!(bin >= 0 && bin < length && Math.floor(bin) === bin)) {
          if (!Number.isFinite(bin)) throw descriptorNotFinite(bin, dimension, row);
          throw new InvalidArgumentError({
            expected: `a bin in [0, ${length}) for ${JSON.stringify(axes[dimension]?.name)} (dimension ${dimension})`,
            received: `${bin} in row ${row}`,
            remedy: "pass the number of a label, not a measured value",
          });
        }
        cell = cell * length + bin;
      }
      return cell;
    },
  };
}
