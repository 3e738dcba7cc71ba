/**
 * What worked lately, to be shown to whoever mutates next: each cell remembers its last successes, so that memory is a
 * third dimension beside those of the archive (Ruby Teaming, 2406.11654).
 *
 * Where the cell that is aimed at has too few, those of other cells follow, of cells that share more bins with it first
 * where `distance` says so, and newer before older: the mutator then sees examples from the first iteration on.
 * What counts as a success is the caller's choice; usually a child that entered the archive.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";

/** A success with the cell that it happened in. */
export interface RememberedSuccess<Success> {
  readonly cell: number;
  readonly success: Success;
}

/** How much is remembered. */
export interface SuccessMemoryOptions {
  /** Successes a cell, at least 1; default 3. */
  readonly perCell?: number;
  /** How far cells are apart, to choose among those of other cells; default: all alike. */
  distance?(cell: number, other: number): number;
}

/** The last successes of every cell. */
export class SuccessMemory<Success> {
  readonly #perCell: number;
  readonly #distance: (cell: number, other: number) => number;
  /** By cell, oldest first, each with the number of its memory. */
  readonly #cells = new Map<number, { readonly number: number; readonly success: Success }[]>();
  #remembered = 0;

  /**
   * Throws InvalidArgumentError for a number a cell that is not whole or below 1.
   * @param entries to begin with, as `entries()` gave them
   */
  constructor(options: SuccessMemoryOptions = {}, entries: readonly RememberedSuccess<Success>[] = []) {
    const { perCell = 3, distance = () => 0 } = options;
    if (!(Number.isInteger(perCell) && perCell >= 1)) {
      throw new InvalidArgumentError({
        expected: "a whole number of successes a cell, at least 1",
        received: String(perCell),
        remedy: "use 3, or no memory at all",
      });
    }
    this.#perCell = perCell;
    this.#distance = distance;
    for (const { cell, success } of entries) this.remember(cell, success);
  }

  /** The oldest one of the cell is forgotten where it has its number. */
  remember(cell: number, success: Success): void {
    const own = this.#cells.get(cell) ?? [];
    own.push({ number: this.#remembered++, success });
    if (own.length > this.#perCell) own.shift();
    this.#cells.set(cell, own);
  }

  /** Up to `count` successes to show for a cell: its own, newest first, then those of others, nearest and newest first. */
  recall(cell: number, count: number): Success[] {
    const all = [...this.#cells].flatMap(([other, successes]) => {
      // Its own come before those of any other cell, however near.
      const distance = other === cell ? -Infinity : this.#distance(cell, other);
      return successes.map((one) => ({ ...one, distance }));
    });
    const ranked = all.sort((a, b) => (a.distance === b.distance ? b.number - a.number : a.distance - b.distance));
    return ranked.slice(0, Math.max(0, count)).map(({ success }) => success);
  }

  /** All that is remembered, oldest first, for storing. */
  entries(): RememberedSuccess<Success>[] {
    const all = [...this.#cells].flatMap(([cell, successes]) => successes.map((one) => ({ cell, ...one })));
    return all.sort((a, b) => a.number - b.number).map(({ cell, success }) => ({ cell, success }));
  }
}

/** In how many dimensions the bins of two cells differ: a distance for SuccessMemory over a rectangular tessellation. */
export function differingBins(
  tessellation: { binsOf(cell: number): readonly number[] },
  cell: number,
  other: number,
): number {
  const bins = tessellation.binsOf(other);
  return tessellation.binsOf(cell).filter((bin, dimension) => bin !== bins[dimension]).length;
}
