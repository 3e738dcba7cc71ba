/**
 * k-means: k-means++ seeding (Arthur & Vassilvitskii 2007), then Lloyd's iteration (Lloyd 1982) until no sample changes
 * its cluster or the iterations are used up. A cluster that loses all of its samples keeps its centroid.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { RandomStream } from "../../core/random.ts";
import { nearestCentroid } from "./nearest-centroid.ts";

export interface KMeansOptions {
  /** Samples [count, dimensions], finite. */
  readonly samples: Float64Array;
  readonly dimensions: number;
  /** How many centroids; the samples must have at least as many distinct rows. */
  readonly centroids: number;
  /** Greatest number of Lloyd iterations; default 100. */
  readonly iterations?: number;
  readonly random: RandomStream;
}

/** Centroids [centroids, dimensions]. Throws InvalidArgumentError where there are too few distinct samples. */
export function kMeans(options: KMeansOptions): Float64Array {
  const { samples, dimensions, iterations = 100 } = options;
  const count = samples.length / dimensions;
  const centroids = seedCentroids(options);
  const clusters = new Int32Array(count).fill(-1);

  for (let iteration = 0; iteration < iterations; iteration++) {
    const nearest = nearestCentroid(centroids, dimensions);
    let changes = 0;
    for (let sample = 0; sample < count; sample++) {
      const cluster = nearest(samples, sample);
      if (cluster !== clusters[sample]) changes++;
      clusters[sample] = cluster;
    }
    if (changes === 0) break;
    moveToMeans(centroids, samples, clusters, dimensions);
  }
  return centroids;
}

/** k-means++: each further centroid is a sample, drawn in proportion to its squared distance to those chosen. */
function seedCentroids({ samples, dimensions, centroids: wanted, random }: KMeansOptions): Float64Array {
  const count = samples.length / dimensions;
  const centroids = new Float64Array(wanted * dimensions);
  const distances = new Float64Array(count).fill(Infinity);
  let chosen = count > 0 ? random.integer(0, count) : -1;
  for (let centroid = 0; centroid < wanted; centroid++) {
    if (chosen < 0) {
      throw new InvalidArgumentError({
        expected: `at least ${wanted} distinct samples for as many centroids`,
        received: `${centroid} distinct ones among ${count}`,
        remedy: "pass more samples or ask for fewer cells",
      });
    }
    centroids.set(samples.subarray(chosen * dimensions, (chosen + 1) * dimensions), centroid * dimensions);
    let total = 0;
    for (let sample = 0; sample < count; sample++) {
      let distance = 0;
      for (let d = 0; d < dimensions; d++) {
        const difference = (samples[sample * dimensions + d] as number) - (samples[chosen * dimensions + d] as number);
        distance += difference * difference;
      }
      if (distance < (distances[sample] as number)) distances[sample] = distance;
      total += distances[sample] as number;
    }
    chosen = total > 0 ? random.weightedIndex(distances) : -1;
  }
  return centroids;
}

function moveToMeans(centroids: Float64Array, samples: Float64Array, clusters: Int32Array, dimensions: number): void {
  const sums = new Float64Array(centroids.length);
  const sizes = new Int32Array(centroids.length / dimensions);
  for (let sample = 0; sample < clusters.length; sample++) {
    const cluster = clusters[sample] as number;
    sizes[cluster] = (sizes[cluster] as number) + 1;
    for (let d = 0; d < dimensions; d++) {
      const index = cluster * dimensions + d;
      sums[index] = (sums[index] as number) + (samples[sample * dimensions + d] as number);
    }
  }
  for (let cluster = 0; cluster < sizes.length; cluster++) {
    const size = sizes[cluster] as number;
    if (size === 0) continue;
    for (let d = 0; d < dimensions; d++) {
      const index = cluster * dimensions + d;
      centroids[index] = (sums[index] as number) / size;
    }
  }
}
