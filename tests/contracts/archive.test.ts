import { RandomStream } from "../../src/core/random.ts";
import { categoricalArchive } from "../../src/quality-diversity/archives/categorical-archive.ts";
import { cvtArchive, cvtVectorArchive } from "../../src/quality-diversity/archives/cvt-archive.ts";
import { gridArchive, gridVectorArchive } from "../../src/quality-diversity/archives/grid-archive.ts";
import { NoveltyArchive, restoreNoveltyArchive } from "../../src/quality-diversity/archives/novelty-archive.ts";
import { serializeArchive } from "../../src/quality-diversity/archives/serialization.ts";
import { SlidingBoundariesArchive } from "../../src/quality-diversity/archives/sliding-boundaries-archive.ts";
import {
  restoreSlidingArchive,
  serializeSlidingArchive,
} from "../../src/quality-diversity/archives/sliding-serialization.ts";
import { anyArchiveContract } from "./any-archive.contract.ts";
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
archiveContract({
  name: "sliding boundaries before they slide",
  create: (elitesPerCell) => new SlidingBoundariesArchive<number>({ axes, elitesPerCell, remapEvery: 10_000 }),
  solution: number,
  descriptors: points,
});

const sliding = { axes, remapEvery: 5, recent: 9 };
anyArchiveContract({
  name: "sliding boundaries",
  create: (elitesPerCell) => new SlidingBoundariesArchive<number>({ ...sliding, elitesPerCell }),
  solution: number,
  descriptors: points,
  store: (archive, elitesPerCell, indexOf, at) =>
    restoreSlidingArchive(
      { ...sliding, elitesPerCell },
      JSON.parse(JSON.stringify(serializeSlidingArchive(archive as SlidingBoundariesArchive<number>, indexOf))),
      (json) => at(json as number),
    ),
});
for (const [name, competition] of [
  ["novelty with competition", true],
  ["novelty alone", false],
] as const) {
  const options = { dimensions: 2, threshold: 0.6, neighbours: 2, competition };
  anyArchiveContract({
    name,
    create: () => new NoveltyArchive<number>(options),
    mostElitesPerCell: 1,
    solution: number,
    descriptors: points,
    store: (archive, _, indexOf, at) =>
      restoreNoveltyArchive(options, JSON.parse(JSON.stringify(serializeArchive(archive, indexOf))), (json) =>
        at(json as number),
      ),
    cellsAreRegions: false,
    keepsFittest: competition,
  });
}
