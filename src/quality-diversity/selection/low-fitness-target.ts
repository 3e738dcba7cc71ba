import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { RandomStream } from "../../core/random.ts";
import { drawIndices } from "./draw.ts";
import type { SelectableArchive } from "./parent-selection.ts";

/** How strongly weak cells are preferred. */
export interface LowFitnessTargetOptions {
  /** In units of fitness, above 0: the smaller, the more surely the weakest cells. Default 0.1. */
  readonly temperature?: number;
  /** What an empty cell counts as; default 0. */
  readonly emptyFitness?: number;
}

/**
 * `count` cells to aim at, drawn from all cells with probability proportional to exp(-F / temperature), F being the best
 * fitness of the cell (Rainbow Teaming, 2402.16822, section 3 and Algorithm 2: its text asks for a bias towards low
 * fitness, which is what this does, although the sign printed in the algorithm says the opposite).
 */
export function lowFitnessTargets(
  archive: Pick<SelectableArchive<unknown>, "cells" | "count" | "fitness">,
  count: number,
  random: RandomStream,
  options: LowFitnessTargetOptions = {},
): Int32Array {
  const { temperature = 0.1, emptyFitness = 0 } = options;
  if (!(temperature > 0 && Number.isFinite(emptyFitness))) {
    throw new InvalidArgumentError({
      expected: "a temperature above 0 and a finite fitness for empty cells",
      received: `temperature ${temperature}, empty fitness ${emptyFitness}`,
      remedy: "use the published temperature of 0.1 for fitness between 0 and 1",
    });
  }
  const weights = new Float64Array(archive.cells);
  let lowest = Infinity;
  for (let cell = 0; cell < weights.length; cell++) {
    const fitness = archive.count(cell) > 0 ? archive.fitness(cell) : emptyFitness;
    weights[cell] = fitness;
    if (fitness < lowest) lowest = fitness;
  }
  // Measured from the lowest fitness, so that the greatest weight is 1 and none overflows.
  for (let cell = 0; cell < weights.length; cell++) {
    weights[cell] = Math.exp((lowest - (weights[cell] as number)) / temperature);
  }
  return drawIndices(weights, count, random);
}
