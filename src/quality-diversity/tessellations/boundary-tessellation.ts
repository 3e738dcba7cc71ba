/**
 * Bins between given boundaries along each dimension, of any width.
 *
 * With n + 1 boundaries b, x is in the last bin i < n with b[i] < x + epsilon, and in bin 0 below all: what lies outside
 * belongs to the border bins. The epsilon (1e-6 by default, as in pyribs) puts x = b[i] into bin i. Of equal boundaries
 * the last one counts, so that bins of no width stay empty.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { descriptorNotFinite } from "./not-finite.ts";
import { binsOfCell, countCells } from "./row-major.ts";
import type { RectangularTessellation } from "./tessellation.ts";

/** One dimension of bins between boundaries. */
export interface BoundaryAxis {
  /** Default: "dimension 0", "dimension 1", ... */
  readonly name?: string;
  /** At least two, finite, not descending. */
  readonly boundaries: ArrayLike<number>;
}

/** Dimensions of bins between boundaries; at least one. */
export interface BoundaryTessellationOptions {
  readonly axes: readonly BoundaryAxis[];
  /** Default 1e-6. */
  readonly epsilon?: number;
}

/** A box cut at the boundaries. Throws InvalidArgumentError for boundaries that descend or are too few. */
export function boundaryTessellation(options: BoundaryTessellationOptions): RectangularTessellation {
  const { axes, epsilon = 1e-6 } = options;
  const boundaries = axes.map((axis, dimension) => checked(axis.boundaries, dimension));
  const shape = boundaries.map(({ length }) => length - 1);
  const dimensions = axes.length;

  return {
    cells: countCells(shape),
    dimensions,
    shape,
    axes: axes.map(({ name }, dimension) => {
      const edges = Array.from(boundaries[dimension] as Float64Array, (edge) => Number(edge.toPrecision(4)));
      return {
        name: name ?? `dimension ${dimension}`,
        labels: edges.slice(1).map((edge, bin) => `${edges[bin]} to ${edge}`),
      };
    }),
    binsOf: (cell) => binsOfCell(cell, shape),
    cellOf(descriptors, row) {
      let cell = 0;
      for (let dimension = 0; dimension < dimensions; dimension++) {
        const value = descriptors[row * dimensions + dimension] as number;
        if (!Number.isFinite(value)) throw descriptorNotFinite(value, dimension, row);
        const bins = shape[dimension] as number;
        cell = cell * bins + binOf(boundaries[dimension] as Float64Array, bins, value + epsilon);
      }
      return cell;
    },
  };
}

/** The last of the first `bins` boundaries that is below the value; 0 where none is. */
function binOf(boundaries: Float64Array, bins: number, value: number): number {
  let low = 0;
  let high = bins - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((boundaries[middle] as number) < value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function checked(boundaries: ArrayLike<number>, dimension: number): Float64Array {
  const copy = Float64Array.from(boundaries);
  const descends = copy.findIndex((edge, index) => !(edge >= (copy[index - 1] ?? -Infinity) && Number.isFinite(edge)));
  if (copy.length < 2 || descends !== -1) {
    throw new InvalidArgumentError({
      expected: `two boundaries or more along dimension ${dimension}, finite and not descending`,
      received: copy.length < 2 ? String(copy.length) : `${copy[descends]} as number ${descends + 1}`,
      remedy: "sort the boundaries",
    });
  }
  return copy;
}
