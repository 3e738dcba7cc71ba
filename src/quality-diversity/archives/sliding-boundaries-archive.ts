/**
 * An archive whose bins follow what is found: MAP-Elites with sliding boundaries (Fontaine et al. 2019, 1904.10656,
 * Algorithm 2; pyribs' SlidingBoundariesArchive).
 *
 *   every `remapEvery` solutions:  boundaries = even shares of the `recent` last solutions along each dimension
 *                                  offer elites and recent solutions anew, in the order in which they first came
 *
 * Before the first move the bins are those of a grid. Cells move, and with them what the other archives promise:
 * - A cell's number is good until the boundaries move (`remaps` counts that). `add` moves them, where it is due, before the
 *   solution is judged, so that what it returns is good after it. `addBatch` moves them at most once, before it judges,
 *   with the whole batch among the recent ones: it ends as single adds would only where no move falls into the batch.
 * - Elites of cells that become one compete, so that filled cells can become fewer; the fittest solution always stays.
 * - What the archive is depends on all that was offered, rejected solutions too, as these are among the recent ones:
 *   serializeSlidingArchive writes those, serializeArchive does not.
 * Deviations from pyribs 0.12: of equally fit solutions the one that came first wins, where pyribs goes by the order in
 * which cells were filled; solutions offered anew are not clipped to the range that was before; cells hold several elites.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { boundaryTessellation } from "../tessellations/boundary-tessellation.ts";
import { type GridAxis, gridTessellation } from "../tessellations/grid-tessellation.ts";
import type { RectangularTessellation } from "../tessellations/tessellation.ts";
import type {
  AddResult,
  Archive,
  ArchiveBatch,
  ArchiveEntry,
  ArchiveStatistics,
  BatchAddResult,
  Elite,
} from "./archive.ts";
import { CellArchive } from "./cell-archive.ts";
import { checkColumns, checkFitness } from "./check-entries.ts";
import { listStorage } from "./solution-storage.ts";

/** Bins of a first range, and how they follow. */
export interface SlidingBoundariesOptions {
  readonly axes: readonly GridAxis[];
  /** How many elites a cell holds at most; default 1. */
  readonly elitesPerCell?: number;
  /** Solutions between two moves, at least 1; default 100. */
  readonly remapEvery?: number;
  /** How many of the last solutions say where boundaries are, at least 1; default 1000. */
  readonly recent?: number;
  /** See boundaryTessellation; default 1e-6. */
  readonly epsilon?: number;
}

/** A solution with the number of solutions that were offered before it. */
export interface NumberedSolution<Solution> {
  readonly number: number;
  readonly solution: Solution;
}

/** What the future of such an archive depends on. */
export interface SlidingBoundariesState<Solution> {
  readonly offered: number;
  readonly remaps: number;
  /** Boundaries along each dimension. */
  readonly boundaries: readonly (readonly number[])[];
  /** The last solutions, oldest first. */
  readonly recent: readonly ArchiveEntry<NumberedSolution<Solution>>[];
  readonly elites: readonly ArchiveEntry<NumberedSolution<Solution>>[];
}

type Entry<Solution> = ArchiveEntry<NumberedSolution<Solution>>;
type Cells<Solution> = CellArchive<
  NumberedSolution<Solution>,
  readonly NumberedSolution<Solution>[],
  RectangularTessellation
>;

/** An archive over bins that slide. */
export class SlidingBoundariesArchive<Solution> implements Archive<Solution> {
  readonly cells: number;
  readonly dimensions: number;
  readonly elitesPerCell: number;
  readonly #options: Required<SlidingBoundariesOptions>;
  #inner: Cells<Solution>;
  #boundaries: readonly (readonly number[])[];
  /** The last ones; the oldest at `offered` modulo its length once it is full. */
  #recent: Entry<Solution>[] = [];
  #offered = 0;
  #remaps = 0;

  /** Throws InvalidArgumentError for empty ranges or numbers out of range. @param state where to go on */
  constructor(options: SlidingBoundariesOptions, state?: SlidingBoundariesState<Solution>) {
    const { axes, elitesPerCell = 1, remapEvery = 100, recent = 1000, epsilon = 1e-6 } = options;
    for (const [name, value] of Object.entries({ remapEvery, recent })) {
      if (Number.isInteger(value) && value >= 1) continue;
      throw new InvalidArgumentError({
        expected: `${name} to be a whole number, at least 1`,
        received: String(value),
        remedy: "leave it out for the default",
      });
    }
    // Checks the ranges.
    const { cells, dimensions } = gridTessellation({ axes });
    this.cells = cells;
    this.dimensions = dimensions;
    this.elitesPerCell = elitesPerCell;
    this.#options = { axes, elitesPerCell, remapEvery, recent, epsilon };
    this.#boundaries = state?.boundaries ?? axes.map(evenBoundaries);
    this.#inner = this.#emptyCells();
    if (state === undefined) return;
    this.#offered = state.offered;
    this.#remaps = state.remaps;
    for (const entry of state.recent) this.#recent[entry.solution.number % recent] = entry;
    for (const entry of state.elites.toSorted(byNumber)) this.#inner.add(entry);
  }

  get size(): number {
    return this.#inner.size;
  }

  /** How often the boundaries have moved. */
  get remaps(): number {
    return this.#remaps;
  }

  /** The cells as they are now. */
  get tessellation(): RectangularTessellation {
    return this.#inner.tessellation;
  }

  /** Bins + 1 boundaries along each dimension, as they are now. */
  get boundaries(): readonly (readonly number[])[] {
    return this.#boundaries;
  }

  /** For storing. */
  state(): SlidingBoundariesState<Solution> {
    const { elites } = this.#innerElites();
    const recent = this.#recent.toSorted(byNumber);
    return { offered: this.#offered, remaps: this.#remaps, boundaries: this.#boundaries, recent, elites };
  }

  /** The cell of a descriptor as the boundaries are now. */
  cellOf(descriptor: ArrayLike<number>): number {
    return this.#inner.cellOf(descriptor);
  }

  add(offered: ArchiveEntry<Solution>): AddResult {
    this.cellOf(offered.descriptor);
    checkFitness(offered.fitness, 0);
    const [entry] = this.#number([offered]) as [Entry<Solution>];
    return this.#inner.add(entry);
  }

  /** Throws as add does, and then nothing has been added and no boundary has moved. */
  addBatch({ solutions, fitness, descriptors }: ArchiveBatch<readonly Solution[]>): BatchAddResult {
    const { dimensions } = this;
    checkColumns(solutions.length, { fitness, descriptors }, dimensions);
    for (let row = 0; row < solutions.length; row++) {
      checkFitness(fitness[row] as number, row);
      this.tessellation.cellOf(descriptors, row);
    }
    const entries = this.#number(
      solutions.map((solution, row) => ({
        solution,
        fitness: fitness[row] as number,
        descriptor: descriptors.slice(row * dimensions, (row + 1) * dimensions),
      })),
    );
    return this.#inner.addBatch({ solutions: entries.map((entry) => entry.solution), fitness, descriptors });
  }

  filledCells(): ArrayLike<number> {
    return this.#inner.filledCells();
  }

  count(cell: number): number {
    return this.#inner.count(cell);
  }

  fitness(cell: number, rank?: number): number {
    return this.#inner.fitness(cell, rank);
  }

  elite(cell: number, rank?: number): Elite<Solution> {
    return unnumbered(this.#inner.elite(cell, rank));
  }

  elites(cell?: number): Elite<Solution>[] {
    return this.#inner.elites(cell).map(unnumbered);
  }

  statistics(options?: { readonly qdScoreOffset?: number }): ArchiveStatistics {
    return this.#inner.statistics(options);
  }

  /** Puts solutions among the recent ones and moves the boundaries where that is due. */
  #number(entries: readonly ArchiveEntry<Solution>[]): Entry<Solution>[] {
    const { remapEvery, recent } = this.#options;
    const first = this.#offered;
    const numbered = entries.map(({ solution, fitness, descriptor }, row) => {
      // Minus zero becomes zero, which JSON keeps.
      const copied = Array.from(descriptor, (value) => value + 0);
      return { solution: { number: first + row, solution }, fitness: fitness + 0, descriptor: copied };
    });
    for (const entry of numbered) this.#recent[entry.solution.number % recent] = entry;
    this.#offered += entries.length;
    if (Math.floor(this.#offered / remapEvery) > Math.floor(first / remapEvery)) this.#remap(first);
    return numbered;
  }

  /** Moves the boundaries and offers anew what came before solution number `end`. */
  #remap(end: number): void {
    this.#boundaries = this.#options.axes.map(({ bins }, dimension) => {
      const values = Float64Array.from(this.#recent, ({ descriptor }) => descriptor[dimension] as number).sort();
      return Array.from(
        { length: bins + 1 },
        (_, bin) =>
          // The last boundary is the greatest value.
          values[Math.min(values.length - 1, Math.floor((bin * values.length) / bins))] as number,
      );
    });
    const { elites, numbers } = this.#innerElites();
    const others = this.#recent.filter(({ solution }) => solution.number < end && !numbers.has(solution.number));
    this.#inner = this.#emptyCells();
    for (const entry of [...elites, ...others].sort(byNumber)) this.#inner.add(entry);
    this.#remaps++;
  }

  #innerElites() {
    const elites: Entry<Solution>[] = this.#inner
      .elites()
      .map(({ solution, fitness, descriptor }) => ({ solution, fitness, descriptor }));
    return { elites, numbers: new Set(elites.map(({ solution }) => solution.number)) };
  }

  #emptyCells(): Cells<Solution> {
    const { axes, elitesPerCell, epsilon } = this.#options;
    const tessellation = boundaryTessellation({
      axes: axes.map(({ name }, dimension) => ({
        ...(name !== undefined && { name }),
        boundaries: this.#boundaries[dimension] as readonly number[],
      })),
      epsilon,
    });
    return new CellArchive({ tessellation, storage: listStorage<NumberedSolution<Solution>>(), elitesPerCell });
  }
}

/** The boundaries of equal bins, as numpy's linspace has them. */
function evenBoundaries({ bins, low, high }: GridAxis): number[] {
  const step = (high - low) / bins;
  return Array.from({ length: bins + 1 }, (_, index) => (index === bins ? high : low + index * step));
}

function byNumber(a: Entry<unknown>, b: Entry<unknown>): number {
  return a.solution.number - b.solution.number;
}

function unnumbered<Solution>(elite: Elite<NumberedSolution<Solution>>): Elite<Solution> {
  return { ...elite, solution: elite.solution.solution };
}
