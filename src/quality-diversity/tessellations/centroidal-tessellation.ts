/**
 * Centroidal Voronoi tessellation: a cell is what lies nearest to its centroid, so that the number of cells does not grow
 * with the number of dimensions (CVT-MAP-Elites: Vassiliades, Chatzilygeroudis & Mouret 2018, 1610.05729).
 *
 * Centroids are k-means of uniform samples. Deviation: seeded by k-means++, and fewer samples by default (20 a cell,
 * at least 10,000, where the paper took 100,000 in all), which makes 1,000 cells in under a second.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { ShapeError } from "../../core/errors/shape-error.ts";
import type { RandomStream } from "../../core/random.ts";
import { kMeans } from "./k-means.ts";
import { nearestCentroid } from "./nearest-centroid.ts";
import { descriptorNotFinite } from "./not-finite.ts";
import type { Tessellation } from "./tessellation.ts";

/** Cells that are nearest to a centroid each. */
export interface CentroidalTessellation extends Tessellation {
  /** Where the cells are: [cells, dimensions]; a copy. */
  readonly centroids: Float64Array;
}

/** Centroids that are there already. */
export interface GivenCentroidsOptions {
  /** [cells, dimensions], finite. */
  readonly centroids: Float64Array;
  readonly dimensions: number;
}

/** The tessellation of given centroids; a descriptor equally near to several belongs to the first of them. */
export function centroidalTessellation(options: GivenCentroidsOptions): CentroidalTessellation {
  const { dimensions } = options;
  const cells = options.centroids.length / dimensions;
  if (!(Number.isInteger(dimensions) && dimensions > 0 && Number.isInteger(cells) && cells > 0)) {
    throw new ShapeError({
      expected: "centroids of shape [cells, dimensions] with at least one cell and one dimension",
      received: `${options.centroids.length} numbers for ${dimensions} dimensions`,
      remedy: "pass all centroids in one array, row by row",
    });
  }
  const centroids = options.centroids.slice();
  const bad = centroids.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw descriptorNotFinite(centroids[bad] as number, bad % dimensions, Math.floor(bad / dimensions));
  const nearest = nearestCentroid(centroids, dimensions);

  return {
    cells,
    dimensions,
    get centroids() {
      return centroids.slice();
    },
    cellOf(descriptors, row) {
      const start = row * dimensions;
      for (let dimension = 0; dimension < dimensions; dimension++) {
        const value = descriptors[start + dimension] as number;
        if (value - value !== 0) throw descriptorNotFinite(value, dimension, row);
      }
      return nearest(descriptors, row);
    },
  };
}

/** How to make centroids by clustering uniform samples of a box. */
export interface CentroidOptions {
  readonly cells: number;
  /** The box that samples are drawn from: one [low, high] per dimension. */
  readonly ranges: readonly (readonly [number, number])[];
  /** How many uniform samples are clustered; default 20 a cell, at least 10,000. */
  readonly samples?: number;
  /** Greatest number of Lloyd iterations; default 100. */
  readonly iterations?: number;
  readonly random: RandomStream;
}

/** Centroids [cells, dimensions] that spread evenly over a box. Throws InvalidArgumentError for bad counts or ranges. */
export function evenCentroids(options: CentroidOptions): Float64Array {
  const { cells, ranges, random } = options;
  const dimensions = ranges.length;
  const count = options.samples ?? Math.max(10_000, 20 * cells);
  if (!(Number.isInteger(cells) && cells > 0 && Number.isInteger(count) && count >= cells && dimensions > 0)) {
    throw new InvalidArgumentError({
      expected: "at least one cell, one range, and as many samples as cells",
      received: `${cells} cells, ${dimensions} ranges, ${count} samples`,
      remedy: "ask for at least one cell and 10 samples a cell",
    });
  }
  for (const [dimension, [low, high]] of ranges.entries()) {
    if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
      throw new InvalidArgumentError({
        expected: "a finite range with low < high along every dimension",
        received: `[${low}, ${high}] along dimension ${dimension}`,
        remedy: "give the range that descriptors usually fall into",
      });
    }
  }
  const sampling = random.split("samples");
  const samples = new Float64Array(count * dimensions);
  for (let index = 0; index < samples.length; index++) {
    const [low, high] = ranges[index % dimensions] as readonly [number, number];
    samples[index] = low + (high - low) * sampling.uniform();
  }
  return kMeans({
    samples,
    dimensions,
    centroids: cells,
    random: random.split("seeding"),
    ...(options.iterations === undefined ? {} : { iterations: options.iterations }),
  });
}
