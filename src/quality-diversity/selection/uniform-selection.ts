import type { ParentSelection } from "./parent-selection.ts";
import { requireElites } from "./require-elites.ts";

/**
 * A filled cell uniformly, then one of its elites uniformly (Mouret & Clune 2015, 1504.04909): a cell with many elites
 * is not chosen more often than one with a single elite.
 */
export function uniformSelection<Solution>(): ParentSelection<Solution> {
  return {
    select(archive, count, random) {
      requireElites(archive);
      const cells = archive.filledCells();
      return Array.from({ length: count }, () => {
        const cell = cells[random.integer(0, cells.length)] as number;
        const elites = archive.count(cell);
        // With one elite there is nothing to draw.
        const { solution } = archive.elite(cell, elites === 1 ? 0 : random.integer(0, elites));
        return { solution, cell };
      });
    },
  };
}
