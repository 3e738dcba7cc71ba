/** What a cell of the map shows as its number and shade. */
import { count, fixed } from "../text/format.ts";
import type { ArchiveMap, MapCell } from "./aggregate-archive.ts";
import type { ItemWords } from "./item-words.ts";

export interface CellMeasure {
  readonly name: string;
  readonly value: (cell: MapCell) => number;
  readonly write: (value: number) => string;
}

export function cellMeasures({ failing, nouns }: ItemWords): readonly CellMeasure[] {
  return [
    { name: failing, value: (cell) => cell.failures, write: count },
    {
      name: "their share (%)",
      value: (cell) => cell.failures / cell.scored,
      write: (share) => fixed(100 * share, 0),
    },
    { name: `all ${nouns} kept`, value: (cell) => cell.count, write: count },
    { name: "mean fitness", value: (cell) => cell.meanFitness, write: shortFitness },
    { name: "best fitness", value: (cell) => cell.bestFitness, write: shortFitness },
    { name: "cells filled", value: (cell) => cell.filledCells, write: count },
  ];
}

/** Shades of the scale, 1 (least) to this. */
export const shades = 5;

export interface ShadeScale {
  readonly low: number;
  readonly high: number;
  /** The shade of a value, 1 to `shades`. */
  readonly shade: (value: number) => number;
}

/** Equal steps from the least to the greatest value among filled cells. */
export function shadeScale(map: ArchiveMap, measure: CellMeasure): ShadeScale {
  let low = Infinity;
  let high = -Infinity;
  for (const row of map.cells) {
    for (const cell of row) {
      if (cell.state !== "filled") continue;
      low = Math.min(low, measure.value(cell));
      high = Math.max(high, measure.value(cell));
    }
  }
  const step = (high - low) / shades;
  const shade = (value: number) => (step > 0 ? Math.min(shades, 1 + Math.floor((value - low) / step)) : shades);
  return { low, high, shade };
}

/** Without the zero before the point, so that it fits into a cell: .85, 1.20. */
function shortFitness(value: number): string {
  return fixed(value, 2).replace(/^0\./, ".");
}
