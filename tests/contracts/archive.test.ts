import { RandomStream } from "../../src/core/random.ts";
import { categoricalArchive } from "../../src/quality-diversity/archives/categorical-archive.ts";
import { cvtArchive, cvtVectorArchive } from "../../src/quality-diversity/archives/cvt-archive.ts";
import { gridArchive, gridVectorArchive } from "../../src/quality-diversity/archives/grid-archive.ts";
import { archiveContract } from "./archive.contract.ts";

const axes = [
  { bins: 3, low: 0, high: 1 },
  { bins: 4, low: -1, high: 1 },
];
const labels = [
  { name: "colour", labels: ["red", "green"] },
  { name: "size", labels: ["small", "middle", "large"] },
];
const centroids = Float64Array.of(0, 0, 1, 0, 0, 1, 1, 1, 0.5, 0.5);
const even = { cells: 6, samples: 200, random: new RandomStream(0), ranges: [[0, 1] as const, [-1, 1] as const] };
const points = [
  [0.1, -0.9],
  [0.2, -0.8],
  [0.9, 0.9],
  [0.6, 0.1],
  [2, -3],
  [0.5, 0.4],
];
const bins = [
  [0, 0],
  [1, 2],
  [0, 1],
  [1, 0],
];
const number = (value: number) => value;
const vector = (value: number) => Float64Array.of(value, -value, 0.5);
const solutionDimension = 3;

archiveContract({
  name: "grid",
  create: (elitesPerCell) => gridArchive<number>({ axes, elitesPerCell }),
  solution: number,
  descriptors: points,
});
archiveContract({
  name: "grid of vectors",
  create: (elitesPerCell) => gridVectorArchive({ axes, elitesPerCell, solutionDimension }),
  solution: vector,
  descriptors: points,
});
archiveContract({
  name: "categorical",
  create: (elitesPerCell) => categoricalArchive<number>({ axes: labels, elitesPerCell }),
  solution: number,
  descriptors: bins,
});
archiveContract({
  name: "CVT of given centroids",
  create: (elitesPerCell) => cvtArchive<number>({ centroids, dimensions: 2, elitesPerCell }),
  solution: number,
  descriptors: points,
});
archiveContract({
  name: "CVT of k-means",
  create: (elitesPerCell) => cvtArchive<number>({ ...even, elitesPerCell }),
  solution: number,
  descriptors: points,
});
archiveContract({
  name: "CVT of vectors",
  create: (elitesPerCell) => cvtVectorArchive({ centroids, dimensions: 2, elitesPerCell, solutionDimension }),
  solution: vector,
  descriptors: points,
});
