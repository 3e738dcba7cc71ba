/**
 * Archives as plain JSON and back. The elites of a cell are written best first and cells in ascending order, so archives
 * with equal elites give equal bytes whatever their histories, and adding the elites in that order restores them, ties
 * included. The tessellation is not written: whoever restores makes the same empty archive first.
 */
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { Archive } from "./archive.ts";

/** An elite as plain JSON, its solution as `serializeSolution` gave it. */
export interface SerializedElite {
  readonly cell: number;
  readonly fitness: number;
  readonly descriptor: readonly number[];
  readonly solution: unknown;
}

/** An archive as plain JSON, to check against the archive that it is restored into. */
export interface SerializedArchive {
  readonly format: 1;
  readonly cells: number;
  readonly dimensions: number;
  readonly elitesPerCell: number;
  readonly elites: readonly SerializedElite[];
}

/** @param serializeSolution a solution as plain JSON; the default takes it as it is */
export function serializeArchive<Solution>(
  archive: Pick<Archive<Solution>, "cells" | "dimensions" | "elitesPerCell" | "elites">,
  serializeSolution: (solution: Solution) => unknown = (solution) => solution,
): SerializedArchive {
  return {
    format: 1,
    cells: archive.cells,
    dimensions: archive.dimensions,
    elitesPerCell: archive.elitesPerCell,
    elites: archive.elites().map(({ cell, fitness, descriptor, solution }) => ({
      cell,
      fitness,
      descriptor: Array.from(descriptor),
      solution: serializeSolution(solution),
    })),
  };
}

/**
 * Adds the elites of a serialized archive to an empty one of the same shape and tessellation.
 * Throws InvalidArgumentError where the archive is not empty or has another shape, CorruptFileError where an elite does
 * not belong where the JSON has it.
 */
export function restoreArchive<Solution>(
  archive: Pick<Archive<Solution>, "cells" | "dimensions" | "elitesPerCell" | "size" | "cellOf" | "count" | "add">,
  json: SerializedArchive,
  deserializeSolution: (json: unknown) => Solution,
): void {
  const shape = ({ cells, dimensions, elitesPerCell }: Omit<SerializedArchive, "format" | "elites">) =>
    `${cells} cells, ${dimensions} dimensions, ${elitesPerCell} elites a cell`;
  if (json.format !== 1 || archive.size > 0 || shape(json) !== shape(archive)) {
    throw new InvalidArgumentError({
      expected: `an empty archive and JSON of format 1 for ${shape(archive)}`,
      received: `an archive of ${archive.size} elites and format ${json.format} with ${shape(json)}`,
      remedy: "make a new archive with the options of the one that was written",
    });
  }
  for (const [index, elite] of json.elites.entries()) {
    const rank = archive.count(archive.cellOf(elite.descriptor));
    const solution = deserializeSolution(elite.solution);
    const { cell } = archive.add({ solution, fitness: elite.fitness, descriptor: elite.descriptor });
    if (cell !== elite.cell || rank >= archive.elitesPerCell) {
      throw new CorruptFileError({
        expected: `elite ${index} to be one of at most ${archive.elitesPerCell} in cell ${elite.cell}`,
        received: `number ${rank + 1} of cell ${cell}`,
        remedy: "restore into the tessellation that the archive was written with",
      });
    }
  }
}
