/**
 * The archive over any tessellation, up to k elites a cell, on typed arrays.
 *
 * A cell owns k places in order of rank: fitness and the row where the rest of the elite is kept. Moving an elite down
 * a rank therefore moves twelve bytes whatever its solution weighs, and memory grows with elites, not with cells.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { Tessellation } from "../tessellations/tessellation.ts";
import {
  type AddResult,
  type AddStatus,
  type Archive,
  type ArchiveBatch,
  type ArchiveEntry,
  type ArchiveStatistics,
  addStatus,
  type BatchAddResult,
  type Elite,
} from "./archive.ts";
import { checkColumns, checkDescriptorLength, checkFitness } from "./check-entries.ts";
import type { SolutionStorage } from "./solution-storage.ts";

/** The parts of an archive. */
export interface CellArchiveOptions<Solution, Solutions, Cells extends Tessellation> {
  readonly tessellation: Cells;
  readonly storage: SolutionStorage<Solution, Solutions>;
  /** How many elites a cell holds at most; default 1. */
  readonly elitesPerCell?: number;
}

const mostPlaces = 2 ** 31 - 1;
const firstRows = 64;

/** An archive for any division of the descriptor space and any way to keep solutions. */
export class CellArchive<Solution, Solutions, Cells extends Tessellation = Tessellation>
  implements Archive<Solution, Solutions>
{
  readonly tessellation: Cells;
  readonly cells: number;
  readonly dimensions: number;
  readonly elitesPerCell: number;
  readonly #storage: SolutionStorage<Solution, Solutions>;
  /** Elites in each cell. */
  readonly #counts: Int32Array;
  /** Place (cell * elitesPerCell + rank) -> fitness, and the row of its descriptor and solution. */
  readonly #fitness: Float64Array;
  readonly #rows: Int32Array;
  /** [rows, dimensions] */
  #descriptors = new Float64Array(0);
  #capacity = 0;
  #size = 0;
  #filledCount = 0;
  #filledCells: Int32Array | undefined = new Int32Array(0);
  readonly #oneDescriptor: Float64Array;

  /** Throws InvalidArgumentError where the number of elites a cell is not a whole number of at least 1. */
  constructor(options: CellArchiveOptions<Solution, Solutions, Cells>) {
    const { tessellation, storage, elitesPerCell = 1 } = options;
    const places = tessellation.cells * elitesPerCell;
    if (!(Number.isInteger(elitesPerCell) && elitesPerCell > 0 && places <= mostPlaces)) {
      throw new InvalidArgumentError({
        expected: `a whole number of elites a cell, at least 1, and at most ${mostPlaces} places in all`,
        received: `${elitesPerCell} in each of ${tessellation.cells} cells`,
        remedy: "choose a number such as 1 or 10",
      });
    }
    this.tessellation = tessellation;
    this.cells = tessellation.cells;
    this.dimensions = tessellation.dimensions;
    this.elitesPerCell = elitesPerCell;
    this.#storage = storage;
    this.#counts = new Int32Array(this.cells);
    this.#fitness = new Float64Array(places);
    this.#rows = new Int32Array(places);
    this.#oneDescriptor = new Float64Array(this.dimensions);
  }

  get size(): number {
    return this.#size;
  }

  cellOf(descriptor: ArrayLike<number>): number {
    const { dimensions } = this;
    checkDescriptorLength(descriptor, dimensions);
    for (let dimension = 0; dimension < dimensions; dimension++) {
      this.#oneDescriptor[dimension] = descriptor[dimension] as number;
    }
    return this.tessellation.cellOf(this.#oneDescriptor, 0);
  }

  add(entry: ArchiveEntry<Solution>): AddResult {
    const { solution, fitness } = entry;
    const cell = this.cellOf(entry.descriptor);
    checkFitness(fitness, 0);
    this.#storage.check(solution);

    const status = this.#statusOf(cell, fitness);
    const value = fitness - this.#threshold(cell);
    if (status !== addStatus.rejected) {
      const row = this.#makePlace(cell, fitness);
      this.#storage.set(row, solution);
      this.#setDescriptor(row, this.#oneDescriptor, 0);
    }
    return { status, value, cell };
  }

  addBatch(batch: ArchiveBatch<Solutions>): BatchAddResult {
    const { solutions, fitness, descriptors } = batch;
    const count = this.#countRows(batch);
    const cells = new Int32Array(count);
    const statuses = new Uint8Array(count);
    const values = new Float64Array(count);

    // All is checked and judged against the archive as it is before any of it changes.
    for (let row = 0; row < count; row++) {
      const rowFitness = fitness[row] as number;
      checkFitness(rowFitness, row);
      const cell = this.tessellation.cellOf(descriptors, row);
      cells[row] = cell;
      statuses[row] = this.#statusOf(cell, rowFitness);
      values[row] = rowFitness - this.#threshold(cell);
    }
    // What is rejected now would be later too: a cell's threshold only rises.
    for (let row = 0; row < count; row++) {
      if (statuses[row] === addStatus.rejected) continue;
      const cell = cells[row] as number;
      const rowFitness = fitness[row] as number;
      if (this.#statusOf(cell, rowFitness) === addStatus.rejected) continue;
      const place = this.#makePlace(cell, rowFitness);
      this.#storage.setFromBatch(place, solutions, row);
      this.#setDescriptor(place, descriptors, row);
    }
    return { statuses, values, cells };
  }

  filledCells(): ArrayLike<number> {
    if (this.#filledCells === undefined) {
      this.#filledCells = new Int32Array(this.#filledCount);
      let next = 0;
      for (let cell = 0; cell < this.cells; cell++) {
        if ((this.#counts[cell] as number) > 0) this.#filledCells[next++] = cell;
      }
    }
    return this.#filledCells;
  }

  count(cell: number): number {
    return this.#counts[cell] ?? 0;
  }

  fitness(cell: number, rank = 0): number {
    return rank >= 0 && rank < this.count(cell) ? (this.#fitness[cell * this.elitesPerCell + rank] as number) : NaN;
  }

  elite(cell: number, rank = 0): Elite<Solution> {
    const row = rank >= 0 && rank < this.count(cell) ? this.#rows[cell * this.elitesPerCell + rank] : undefined;
    if (row === undefined) {
      throw new InvalidArgumentError({
        expected: `a cell in [0, ${this.cells}) and a rank below the number of its elites`,
        received: `cell ${cell} with ${this.count(cell)} elites, rank ${rank}`,
        remedy: "ask filledCells() and count(cell) first",
      });
    }
    // By hand: a subarray and Array.from take five times as long, and reports ask for a million elites.
    const descriptor: number[] = [];
    const first = row * this.dimensions;
    for (let place = first; place < first + this.dimensions; place++)
      descriptor.push(this.#descriptors[place] as number);
    return {
      cell,
      rank,
      fitness: this.fitness(cell, rank),
      descriptor,
      solution: this.#storage.get(row),
    };
  }

  elites(cell?: number): Elite<Solution>[] {
    const elites: Elite<Solution>[] = [];
    const cells = cell === undefined ? this.filledCells() : [cell];
    for (let index = 0; index < cells.length; index++) {
      const filled = cells[index] as number;
      for (let rank = 0; rank < this.count(filled); rank++) elites.push(this.elite(filled, rank));
    }
    return elites;
  }

  statistics({ qdScoreOffset = 0 }: { readonly qdScoreOffset?: number } = {}): ArchiveStatistics {
    const filled = this.filledCells();
    let sumOfBest = 0;
    let sumOfAll = 0;
    let maximum = -Infinity;
    for (let index = 0; index < filled.length; index++) {
      const first = (filled[index] as number) * this.elitesPerCell;
      const end = first + this.count(filled[index] as number);
      const best = this.#fitness[first] as number;
      sumOfBest += best;
      if (best > maximum) maximum = best;
      for (let place = first; place < end; place++) sumOfAll += this.#fitness[place] as number;
    }
    const empty = filled.length === 0;
    return {
      filledCells: filled.length,
      coverage: filled.length / this.cells,
      qdScore: sumOfBest - filled.length * qdScoreOffset,
      maximum: empty ? undefined : maximum,
      mean: empty ? undefined : sumOfBest / filled.length,
      elites: this.#size,
      meanOfElites: empty ? undefined : sumOfAll / this.#size,
    };
  }

  /** The fitness that leaves where another one enters; 0 where nothing has to. */
  #threshold(cell: number): number {
    const count = this.#counts[cell] as number;
    return count < this.elitesPerCell ? 0 : (this.#fitness[(cell + 1) * this.elitesPerCell - 1] as number);
  }

  #statusOf(cell: number, fitness: number): AddStatus {
    const count = this.#counts[cell] as number;
    if (count === 0) return addStatus.discovered;
    if (count < this.elitesPerCell) return addStatus.improved;
    const last = this.#fitness[(cell + 1) * this.elitesPerCell - 1] as number;
    return fitness > last ? addStatus.improved : addStatus.rejected;
  }

  /** Ranks an accepted fitness in its cell and returns the row for its descriptor and solution. */
  #makePlace(cell: number, fitness: number): number {
    const first = cell * this.elitesPerCell;
    const count = this.#counts[cell] as number;
    let place = first + count;
    let row: number;
    if (count === this.elitesPerCell) {
      place--;
      row = this.#rows[place] as number;
    } else {
      row = this.#size++;
      if (row >= this.#capacity) this.#grow();
      this.#counts[cell] = count + 1;
      if (count === 0) {
        this.#filledCount++;
        this.#filledCells = undefined;
      }
    }
    // Strictly fitter ones move up: of equals the older stays ahead.
    while (place > first && fitness > (this.#fitness[place - 1] as number)) {
      this.#fitness[place] = this.#fitness[place - 1] as number;
      this.#rows[place] = this.#rows[place - 1] as number;
      place--;
    }
    // Minus zero becomes zero, so that JSON, which has no minus zero, keeps an archive to the bit.
    this.#fitness[place] = fitness + 0;
    this.#rows[place] = row;
    return row;
  }

  #setDescriptor(row: number, descriptors: Float64Array, from: number): void {
    const { dimensions } = this;
    for (let dimension = 0; dimension < dimensions; dimension++) {
      this.#descriptors[row * dimensions + dimension] = (descriptors[from * dimensions + dimension] as number) + 0;
    }
  }

  #grow(): void {
    this.#capacity = Math.min(this.#fitness.length, Math.max(firstRows, 2 * this.#capacity));
    const descriptors = new Float64Array(this.#capacity * this.dimensions);
    descriptors.set(this.#descriptors);
    this.#descriptors = descriptors;
    this.#storage.reserve(this.#capacity);
  }

  #countRows({ solutions, fitness, descriptors }: ArchiveBatch<Solutions>): number {
    const count = this.#storage.countOf(solutions);
    checkColumns(count, { fitness, descriptors }, this.dimensions);
    return count;
  }
}
