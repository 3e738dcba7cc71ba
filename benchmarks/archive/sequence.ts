/** The sequences of adds that both sides replay; pyribs_side.py makes the same numbers. */

export const sequences = {
  "single-add": { kind: "grid", batches: 5000, batchSize: 1 },
  "grid-batch-32": { kind: "grid", batches: 500, batchSize: 32 },
  "grid-batch-10000": { kind: "grid", batches: 20, batchSize: 10_000 },
  "cvt-batch-100": { kind: "cvt", batches: 500, batchSize: 100 },
} as const;

export type SequenceName = keyof typeof sequences;

export const solutionDimension = 10;
export const descriptorDimension = 2;
export const gridBins = 100;
export const cvtCells = 1000;

/** Number `index` of a stream, in [0, 1), a multiple of 2^-32: the finalizer of MurmurHash3 (public domain). */
export function hashedUniform(index: number, stream: number): number {
  let hash = (Math.imul(index, 0x9e3779b1) + Math.imul(stream, 0x85ebca77)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Numbers 0 ... count - 1 of a stream. */
export function hashedUniforms(count: number, stream: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => hashedUniform(index, stream));
}

/**
 * Centroids [cells, 2] in [0, 1): the R2 low-discrepancy sequence, which spreads about as evenly as a centroidal
 * tessellation and needs no k-means, whose result would differ between the sides.
 */
export function evenlySpread(cells: number): Float64Array {
  const centroids = new Float64Array(2 * cells);
  for (let cell = 0; cell < cells; cell++) {
    centroids[2 * cell] = (0.5 + 0.7548776662466927 * cell) % 1;
    centroids[2 * cell + 1] = (0.5 + 0.5698402909980532 * cell) % 1;
  }
  return centroids;
}
