/**
 * Equal bins along each dimension of a box (MAP-Elites: Mouret & Clune 2015, 1504.04909).
 *
 * The bin of x in [low, high] with n bins is trunc((n (x - low) + epsilon) / (high - low)), clipped to [0, n - 1]: the
 * rule of pyribs' GridArchive, whose epsilon (1e-6 by default) keeps x = low + i (high - low) / n in bin i although
 * rounding may have put it just below. What lies outside the box belongs to the nearest border cell.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { descriptorNotFinite } from "./not-finite.ts";
import { binsOfCell, countCells } from "./row-major.ts";
import type { RectangularTessellation } from "./tessellation.ts";

/** One dimension of equal bins. */
export interface GridAxis {
  /** Default: "dimension 0", "dimension 1", ... */
  readonly name?: string;
  /** How many bins of equal width, at least 1. */
  readonly bins: number;
  /** The range that the bins divide; both finite, low < high. */
  readonly low: number;
  readonly high: number;
}

/** Dimensions of equal bins; at least one. */
export interface GridTessellationOptions {
  readonly axes: readonly GridAxis[];
  /** Added before dividing by the range; default 1e-6. */
  readonly epsilon?: number;
}

/** A box cut into equal bins. Throws InvalidArgumentError for an empty or infinite range, or a bad number of bins. */
export function gridTessellation(options: GridTessellationOptions): RectangularTessellation {
  const { axes, epsilon = 1e-6 } = options;
  const shape = axes.map((axis) => axis.bins);
  const cells = countCells(shape);
  const dimensions = axes.length;
  for (const [dimension, { low, high }] of axes.entries()) {
    if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
      throw new InvalidArgumentError({
        expected: "a finite range with low < high along every dimension",
        received: `[${low}, ${high}] along dimension ${dimension}`,
        remedy: "give the range that descriptors usually fall into; what lies outside is clipped",
      });
    }
  }
  const bins = Float64Array.from(shape);
  const lows = Float64Array.from(axes, (axis) => axis.low);
  const widths = Float64Array.from(axes, (axis) => axis.high - axis.low);

  return {
    cells,
    dimensions,
    shape,
    axes: axes.map((axis, dimension) => ({
      name: axis.name ?? `dimension ${dimension}`,
      labels: Array.from({ length: axis.bins }, (_, bin) => {
        const edge = (index: number) =>
          Number((axis.low + (index * (axis.high - axis.low)) / axis.bins).toPrecision(4));
        return `${edge(bin)} to ${edge(bin + 1)}`;
      }),
    })),
    binsOf: (cell) => binsOfCell(cell, shape),
    cellOf(descriptors, row) {
      const start = row * dimensions;
      let cell = 0;
      for (let dimension = 0; dimension < dimensions; dimension++) {
        const value = descriptors[start + dimension] as number;
        // Infinity minus infinity is NaN as well, so one comparison catches both.
        if (value - value !== 0) throw descriptorNotFinite(value, dimension, row);
        const length = bins[dimension] as number;
        const position = (length * (value - (lows[dimension] as number)) + epsilon) / (widths[dimension] as number);
        const bin = position < 1 ? 0 : position >= length ? length - 1 : Math.floor(position);
        cell = cell * length + bin;
      }
      return cell;
    },
  };
}
