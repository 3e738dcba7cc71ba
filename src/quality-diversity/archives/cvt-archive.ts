import {
  type CentroidalTessellation,
  type CentroidOptions,
  centroidalTessellation,
  evenCentroids,
  type GivenCentroidsOptions,
} from "../tessellations/centroidal-tessellation.ts";
import { CellArchive } from "./cell-archive.ts";
import { listStorage, type VectorBatch, vectorStorage } from "./solution-storage.ts";

/** Either given centroids, or a box over which `cells` centroids are spread evenly. */
export type CvtArchiveOptions = (GivenCentroidsOptions | CentroidOptions) & {
  /** How many elites a cell holds at most; default 1. */
  readonly elitesPerCell?: number;
};

/**
 * An archive over a centroidal Voronoi tessellation, of solutions of any type.
 * Throws ShapeError or NumericalError for bad centroids, InvalidArgumentError for bad counts or ranges.
 */
export function cvtArchive<Solution>(
  options: CvtArchiveOptions,
): CellArchive<Solution, readonly Solution[], CentroidalTessellation> {
  return new CellArchive({ ...options, tessellation: tessellate(options), storage: listStorage<Solution>() });
}

/** The same for solutions that are vectors of `solutionDimension` numbers, kept in one array. */
export function cvtVectorArchive(
  options: CvtArchiveOptions & { readonly solutionDimension: number },
): CellArchive<Float64Array, VectorBatch, CentroidalTessellation> {
  const storage = vectorStorage(options.solutionDimension);
  return new CellArchive({ ...options, tessellation: tessellate(options), storage });
}

function tessellate(options: CvtArchiveOptions): CentroidalTessellation {
  if ("centroids" in options) return centroidalTessellation(options);
  return centroidalTessellation({ centroids: evenCentroids(options), dimensions: options.ranges.length });
}
