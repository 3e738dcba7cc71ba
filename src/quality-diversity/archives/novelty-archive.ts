/**
 * An archive without cells: what is far enough from all that is there enters (novelty search: Lehman & Stanley 2011,
 * Evolutionary Computation 19(2); pyribs' ProximityArchive).
 *
 *   novelty(x) = mean Euclidean distance of x to its k nearest elites (to all where there are fewer)
 *   novelty(x) >= threshold, or nothing is there:  x becomes an elite of its own
 *   else, with competition:                        x replaces the nearest elite where it is strictly fitter
 *
 * As an Archive each elite is a cell of its own, numbered as they came; numbers stay, cells grow. What cannot hold here:
 * - The number of cells is that of elites, so that coverage is 1 as soon as there is one.
 * - `cellOf` is the nearest elite (of equally near ones the first), and changes as elites come and move. Without elites
 *   there is none: InvalidArgumentError.
 * - In a batch, `cells` tells where each solution went, or whom it lost to, when they were added one by one; statuses and
 *   values are against the archive as it was before, as everywhere.
 * - What the archive is depends on the order in which all was offered: add what is stored anew and less may enter.
 *   `restoreNoveltyArchive` takes elites as they are.
 * Deviations from pyribs 0.12: its batches let all enter that are novel against the archive before the batch, near to each
 * other or not; here they enter one by one. The first elite's novelty is told as infinite, not as the threshold.
 */
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { descriptorNotFinite } from "../tessellations/not-finite.ts";
import {
  type AddResult,
  type Archive,
  type ArchiveBatch,
  type ArchiveEntry,
  type ArchiveStatistics,
  addStatus,
  type BatchAddResult,
  type Elite,
} from "./archive.ts";
import { checkColumns, checkDescriptorLength, checkFitness } from "./check-entries.ts";
import { type Neighbour, NeighbourIndex } from "./neighbour-index.ts";
import type { SerializedArchive } from "./serialization.ts";

/** What counts as novel. */
export interface NoveltyArchiveOptions {
  /** Numbers in a descriptor. */
  readonly dimensions: number;
  /** Mean distance from which a solution enters, at least 0. */
  readonly threshold: number;
  /** k, at least 1; default 15. */
  readonly neighbours?: number;
  /**
   * Whether what is not novel competes with the nearest elite (novelty search with local competition: Lehman & Stanley
   * 2011, GECCO; default true). Without it nothing is ever replaced.
   */
  readonly competition?: boolean;
}

/** An archive of what is far from each other. */
export class NoveltyArchive<Solution> implements Archive<Solution> {
  readonly dimensions: number;
  readonly elitesPerCell = 1;
  readonly threshold: number;
  readonly #neighbours: number;
  readonly #competition: boolean;
  readonly #index: NeighbourIndex;
  readonly #fitness: number[] = [];
  readonly #solutions: Solution[] = [];

  /** Throws InvalidArgumentError for numbers out of range. @param elites to begin with, taken as they are */
  constructor(options: NoveltyArchiveOptions, elites: readonly ArchiveEntry<Solution>[] = []) {
    const { dimensions, threshold, neighbours = 15, competition = true } = options;
    const whole = [dimensions, neighbours].every((value) => Number.isInteger(value) && value >= 1);
    if (!(whole && threshold >= 0 && threshold < Infinity)) {
      throw new InvalidArgumentError({
        expected: "at least one dimension and one neighbour, and a threshold of at least 0",
        received: `${dimensions} dimensions, ${neighbours} neighbours, threshold ${threshold}`,
        remedy: "choose the threshold in units of the descriptors",
      });
    }
    this.dimensions = dimensions;
    this.threshold = threshold;
    this.#neighbours = neighbours;
    this.#competition = competition;
    this.#index = new NeighbourIndex(dimensions);
    for (const entry of elites) {
      this.#check(entry.descriptor, entry.fitness);
      this.#put(this.size, entry);
    }
  }

  get size(): number {
    return this.#solutions.length;
  }

  get cells(): number {
    return this.size;
  }

  /** Mean distance to the nearest elites; Infinity where there is none. Throws as cellOf does for bad descriptors. */
  novelty(descriptor: ArrayLike<number>): number {
    this.#checkDescriptor(descriptor);
    return meanDistance(this.#index.nearest(descriptor, this.#neighbours));
  }

  cellOf(descriptor: ArrayLike<number>): number {
    this.#checkDescriptor(descriptor);
    const [nearest] = this.#index.nearest(descriptor, 1);
    if (nearest !== undefined) return nearest.row;
    throw new InvalidArgumentError({
      expected: "an archive with at least one elite to be near to",
      received: "an empty one",
      remedy: "add evaluated seeds first",
    });
  }

  add(entry: ArchiveEntry<Solution>): AddResult {
    this.#check(entry.descriptor, entry.fitness);
    return this.#offer(entry);
  }

  addBatch({ solutions, fitness, descriptors }: ArchiveBatch<readonly Solution[]>): BatchAddResult {
    const { dimensions } = this;
    checkColumns(solutions.length, { fitness, descriptors }, dimensions);
    const entries = solutions.map((solution, row) => ({
      solution,
      fitness: fitness[row] as number,
      descriptor: descriptors.slice(row * dimensions, (row + 1) * dimensions),
    }));
    for (const [row, entry] of entries.entries()) this.#check(entry.descriptor, entry.fitness, row);
    const judged = entries.map((entry) => this.#judge(entry));
    const cells = Int32Array.from(entries, (entry) => this.#offer(entry).cell);
    return {
      statuses: Uint8Array.from(judged, ({ status }) => status),
      values: Float64Array.from(judged, ({ value }) => value),
      cells,
    };
  }

  filledCells(): ArrayLike<number> {
    return Int32Array.from({ length: this.size }, (_, cell) => cell);
  }

  count(cell: number): number {
    return Number.isInteger(cell) && cell >= 0 && cell < this.size ? 1 : 0;
  }

  fitness(cell: number, rank = 0): number {
    return rank === 0 && this.count(cell) === 1 ? (this.#fitness[cell] as number) : NaN;
  }

  elite(cell: number, rank = 0): Elite<Solution> {
    if (rank !== 0 || this.count(cell) === 0) {
      throw new InvalidArgumentError({
        expected: `a cell in [0, ${this.size}) and rank 0`,
        received: `cell ${cell}, rank ${rank}`,
        remedy: "ask filledCells() and count(cell) first",
      });
    }
    const descriptor = this.#index.row(cell);
    return { cell, rank, fitness: this.fitness(cell), descriptor, solution: this.#solutions[cell] as Solution };
  }

  elites(cell?: number): Elite<Solution>[] {
    const cells = cell === undefined ? Array.from(this.filledCells()) : this.count(cell) === 1 ? [cell] : [];
    return cells.map((one) => this.elite(one));
  }

  statistics({ qdScoreOffset = 0 }: { readonly qdScoreOffset?: number } = {}): ArchiveStatistics {
    const { size } = this;
    let sum = 0;
    let maximum = -Infinity;
    for (const fitness of this.#fitness) {
      sum += fitness;
      if (fitness > maximum) maximum = fitness;
    }
    const mean = size === 0 ? undefined : sum / size;
    return {
      filledCells: size,
      coverage: size === 0 ? 0 : 1,
      qdScore: sum - size * qdScoreOffset,
      maximum: size === 0 ? undefined : maximum,
      mean,
      elites: size,
      meanOfElites: mean,
    };
  }

  /** How an entry would fare now; the cell is the one that it would enter, or whose elite it loses to. */
  #judge({ fitness, descriptor }: ArchiveEntry<Solution>): AddResult {
    const neighbours = this.#index.nearest(descriptor, this.#neighbours);
    const [nearest] = neighbours;
    if (nearest === undefined || meanDistance(neighbours) >= this.threshold) {
      return { status: addStatus.discovered, value: fitness, cell: this.size };
    }
    const value = fitness - (this.#fitness[nearest.row] as number);
    if (this.#competition && value > 0) return { status: addStatus.improved, value, cell: nearest.row };
    return { status: addStatus.rejected, value: Math.min(0, value), cell: nearest.row };
  }

  #offer(entry: ArchiveEntry<Solution>): AddResult {
    const result = this.#judge(entry);
    if (result.status !== addStatus.rejected) this.#put(result.cell, entry);
    return result;
  }

  #put(cell: number, { solution, fitness, descriptor }: ArchiveEntry<Solution>): void {
    this.#index.set(cell, descriptor);
    // Minus zero becomes zero, which JSON keeps.
    this.#fitness[cell] = fitness + 0;
    this.#solutions[cell] = solution;
  }

  #check(descriptor: ArrayLike<number>, fitness: number, row = 0): void {
    this.#checkDescriptor(descriptor, row);
    checkFitness(fitness, row);
  }

  #checkDescriptor(descriptor: ArrayLike<number>, row = 0): void {
    checkDescriptorLength(descriptor, this.dimensions);
    for (let dimension = 0; dimension < this.dimensions; dimension++) {
      const value = descriptor[dimension] as number;
      if (!Number.isFinite(value)) throw descriptorNotFinite(value, dimension, row);
    }
  }
}

/**
 * The archive that serializeArchive wrote, its elites as they were.
 * Throws CorruptFileError where the JSON is of another format or of an archive of another kind.
 */
export function restoreNoveltyArchive<Solution>(
  options: NoveltyArchiveOptions,
  json: SerializedArchive,
  deserializeSolution: (json: unknown) => Solution,
): NoveltyArchive<Solution> {
  const { format, dimensions, elites, cells } = json;
  if (format !== 1 || dimensions !== options.dimensions || elites.some(({ cell }, index) => cell !== index)) {
    throw new CorruptFileError({
      expected: `JSON of format 1 with elites of ${options.dimensions} dimensions, one a cell`,
      received: `format ${format} with ${elites.length} elites of ${dimensions} dimensions in ${cells} cells`,
      remedy: "restore with the options of the archive that was written",
    });
  }
  const entries = elites.map(({ solution, fitness, descriptor }) => ({
    solution: deserializeSolution(solution),
    fitness,
    descriptor,
  }));
  return new NoveltyArchive(options, entries);
}

function meanDistance(neighbours: readonly Neighbour[]): number {
  const sum = neighbours.reduce((total, { distance }) => total + distance, 0);
  return neighbours.length === 0 ? Infinity : sum / neighbours.length;
}
