import { drawIndices } from "./draw.ts";
import type { ParentSelection } from "./parent-selection.ts";
import { requireElites } from "./require-elites.ts";

/** Settings of the roulette wheel. */
export interface FitnessProportionalOptions {
  /** The fitness that is never chosen while a fitter elite exists; elites below it count as at it. Default 0. */
  readonly lowerBound?: number;
}

/**
 * Any elite with probability proportional to fitness - lowerBound (roulette wheel: Holland 1975); where no elite is above
 * the bound, uniformly. Finding the weights takes time linear in the archive once per call, so ask for whole batches.
 */
export function fitnessProportionalSelection<Solution>(
  options: FitnessProportionalOptions = {},
): ParentSelection<Solution> {
  const { lowerBound = 0 } = options;
  return {
    select(archive, count, random) {
      requireElites(archive);
      const filled = archive.filledCells();
      const cells = new Int32Array(archive.size);
      const ranks = new Int32Array(archive.size);
      const weights = new Float64Array(archive.size);
      let next = 0;
      for (let index = 0; index < filled.length; index++) {
        const cell = filled[index] as number;
        const elites = archive.count(cell);
        for (let rank = 0; rank < elites; rank++, next++) {
          cells[next] = cell;
          ranks[next] = rank;
          weights[next] = Math.max(0, archive.fitness(cell, rank) - lowerBound);
        }
      }
      return Array.from(drawIndices(weights, count, random), (drawn) => {
        const cell = cells[drawn] as number;
        return { solution: archive.elite(cell, ranks[drawn]).solution, cell };
      });
    },
  };
}
