/** Our side of the archive benchmark; see benchmark.ts. */
import type { Archive } from "../../src/quality-diversity/archives/archive.ts";
import { cvtVectorArchive } from "../../src/quality-diversity/archives/cvt-archive.ts";
import { gridVectorArchive } from "../../src/quality-diversity/archives/grid-archive.ts";
import type { VectorBatch } from "../../src/quality-diversity/archives/solution-storage.ts";
import { type Request, serve } from "../serve.ts";
import {
  cvtCells,
  descriptorDimension,
  evenlySpread,
  gridBins,
  hashedUniforms,
  type SequenceName,
  sequences,
  solutionDimension,
} from "./sequence.ts";

type VectorArchive = Archive<Float64Array, VectorBatch>;
interface Batch {
  readonly solutions: Float64Array;
  readonly fitness: Float64Array;
  readonly descriptors: Float64Array;
}

function makeBatches(name: SequenceName): Batch[] {
  const { batches, batchSize } = sequences[name];
  const rows = batches * batchSize;
  const fitness = hashedUniforms(rows, 1);
  const descriptors = hashedUniforms(rows * descriptorDimension, 2);
  const solutions = hashedUniforms(rows * solutionDimension, 3);
  const slice = (all: Float64Array, width: number, batch: number) =>
    all.subarray(batch * batchSize * width, (batch + 1) * batchSize * width);
  return Array.from({ length: batches }, (_, batch) => ({
    solutions: slice(solutions, solutionDimension, batch),
    fitness: slice(fitness, 1, batch),
    descriptors: slice(descriptors, descriptorDimension, batch),
  }));
}

function emptyArchive(name: SequenceName): VectorArchive {
  if (sequences[name].kind === "cvt") {
    return cvtVectorArchive({ centroids: evenlySpread(cvtCells), dimensions: descriptorDimension, solutionDimension });
  }
  const axis = { bins: gridBins, low: 0, high: 1 };
  return gridVectorArchive({ axes: [axis, axis], solutionDimension });
}

/** Replays the sequence and returns the sum of statuses. */
function addSingly(archive: VectorArchive, batches: readonly Batch[]): number {
  let statuses = 0;
  for (const { solutions, fitness, descriptors } of batches) {
    statuses += archive.add({ solution: solutions, fitness: fitness[0] as number, descriptor: descriptors }).status;
  }
  return statuses;
}

function addInBatches(archive: VectorArchive, batches: readonly Batch[]): number {
  let sum = 0;
  for (const batch of batches) {
    const { statuses } = archive.addBatch(batch);
    for (let row = 0; row < statuses.length; row++) sum += statuses[row] as number;
  }
  return sum;
}

const prepared = new Map<SequenceName, Batch[]>();

await serve(async (request: Request) => {
  const name = request.name as SequenceName;
  const batches = prepared.get(name) ?? makeBatches(name);
  prepared.set(name, batches);
  const replay = sequences[name].batchSize === 1 ? addSingly : addInBatches;
  let checksum = 0;
  let milliseconds = 0;
  for (let operation = 0; operation < request.operations; operation++) {
    const archive = emptyArchive(name);
    const start = performance.now();
    const statuses = replay(archive, batches);
    const { qdScore, elites } = archive.statistics();
    milliseconds += performance.now() - start;
    checksum = qdScore + elites + statuses;
  }
  return { seconds: milliseconds / 1000 / request.operations, operations: request.operations, checksum };
});
