/** What is true of an archive, by the landscape's rules. */
import type { Landscape } from "./landscape.ts";

/** A prompt with the cell that an archive has it in. */
export interface PlacedPrompt {
  readonly text: string;
  readonly cell: number;
  readonly fitness: number;
}

/** The truth beside what the search believes. */
export interface LandscapeAudit {
  /** Elites that are really of the cell they stand in, as a share of the elites. */
  readonly rightlyPlaced: number;
  /** Elites that the target really fails, as a share of the elites. */
  readonly trueSuccess: number;
  /** Cells with an elite that is of this cell and fails, as a share of all cells. */
  readonly trueCoverage: number;
  readonly meanSeverity: number;
  /** Mean of what the search's scores say minus what is true: above 0 the judge is gamed. */
  readonly overestimate: number;
}

/** All shares are 0 for no elites. */
export function auditArchive(landscape: Landscape, elites: readonly PlacedPrompt[]): LandscapeAudit {
  const count = Math.max(1, elites.length);
  const cells = new Set<number>();
  let [placed, failing, severity, believed] = [0, 0, 0, 0];
  for (const { text, cell, fitness } of elites) {
    const truth = landscape.truth(text);
    believed += fitness;
    if (truth === undefined) continue;
    severity += truth.severity;
    if (truth.cell === cell) placed++;
    if (truth.fails) failing++;
    if (truth.fails && truth.cell === cell) cells.add(cell);
  }
  return {
    rightlyPlaced: placed / count,
    trueSuccess: failing / count,
    trueCoverage: cells.size / landscape.cells,
    meanSeverity: severity / count,
    overestimate: (believed - severity) / count,
  };
}
