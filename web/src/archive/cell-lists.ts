/** The cells of an archive, all dimensions apart, that a search has not filled, or not with what it looks for. */
import type { ArchiveItemView, ArchiveView } from "../../../src/report/view-model.ts";
import { itemLabels } from "../items/item-labels.ts";
import { bestOfCells, type CellState, stateOf } from "./aggregate-archive.ts";

/** A cell by its labels, and its best item. */
export interface NamedCell {
  readonly labels: readonly string[];
  readonly best: ArchiveItemView;
}

/** The cells of a state that have an item, in the order of cells. */
export function cellsInState(archive: ArchiveView, state: Exclude<CellState, "empty">): NamedCell[] {
  return [...bestOfCells(archive)]
    .filter(([, best]) => stateOf(best, archive.weakBelow) === state)
    .sort(([a], [b]) => a - b)
    .map(([, best]) => ({ labels: itemLabels(best, archive), best }));
}

/** The labels of the first `most` empty cells, in the order of cells. */
export function emptyCells(archive: ArchiveView, most: number): string[][] {
  const filled = bestOfCells(archive);
  const sizes = archive.dimensions.map(({ bins }) => bins.length);
  const cells = sizes.reduce((product, size) => product * size, 1);
  const empty: string[][] = [];
  for (let cell = 0; cell < cells && empty.length < most; cell++) {
    if (filled.has(cell)) continue;
    const bins = new Array<number>(sizes.length);
    for (let rest = cell, dimension = sizes.length - 1; dimension >= 0; dimension--) {
      const size = sizes[dimension] as number;
      bins[dimension] = rest % size;
      rest = Math.floor(rest / size);
    }
    empty.push(itemLabels({ bins }, archive));
  }
  return empty;
}
