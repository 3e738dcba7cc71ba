/**
 * Selection by curiosity (Cully & Demiris 2018, 1708.09251): parents whose children entered the archive are chosen more often.
 *
 * A score starts at 0, gains 1 with every child that enters and loses 1/2 with every one that does not; an elite
 * that replaces another starts anew. Parents are drawn in proportion to their scores.
 * Deviations: the score belongs to the cell, so with several elites a cell they share it, drawn uniformly, and it starts
 * anew only when the cell is discovered; a score never falls below 0 and `leastWeight` is added to every one in the
 * draw, since strict proportion would never choose a new elite, whose score is 0.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { addStatus } from "../archives/archive.ts";
import { drawIndices } from "./draw.ts";
import type { ParentSelection } from "./parent-selection.ts";
import { requireElites } from "./require-elites.ts";

/** Settings of curiosity selection; cells and elites a cell as the archive's. */
export interface CuriosityOptions {
  readonly cells: number;
  readonly elitesPerCell?: number;
  /** Added to every score in the draw, above 0; default 0.5. */
  readonly leastWeight?: number;
  /** One score a cell, as `scores()` gave them: to go on with an interrupted search. */
  readonly scores?: readonly number[];
}

/** A selection that learns which cells' children are kept. */
export interface CuriositySelection<Solution> extends ParentSelection<Solution> {
  observe: NonNullable<ParentSelection<Solution>["observe"]>;
  /** The score of every cell, for storing. */
  scores(): number[];
}

const reward = 1;
const penalty = 0.5;

/** Throws InvalidArgumentError for a weight that is not above 0, or scores of another number of cells. */
export function curiositySelection<Solution>(options: CuriosityOptions): CuriositySelection<Solution> {
  const { cells, elitesPerCell = 1, leastWeight = 0.5 } = options;
  const scores = Float64Array.from(options.scores ?? new Float64Array(cells));
  if (!(leastWeight > 0 && leastWeight < Infinity) || scores.length !== cells) {
    throw new InvalidArgumentError({
      expected: `a least weight above 0 and one score for each of ${cells} cells`,
      received: `least weight ${leastWeight}, ${scores.length} scores`,
      remedy: "pass the scores that this selection gave for the same archive",
    });
  }
  return {
    select(archive, count, random) {
      requireElites(archive);
      const filled = archive.filledCells();
      const weights = Float64Array.from(filled, (cell) => (scores[cell] as number) + leastWeight);
      return Array.from(drawIndices(weights, count, random), (drawn) => {
        const cell = filled[drawn] as number;
        const elites = archive.count(cell);
        const { solution } = archive.elite(cell, elites === 1 ? 0 : random.integer(0, elites));
        return { solution, cell };
      });
    },
    observe(outcomes) {
      for (const { parentCell, status } of outcomes) {
        if (parentCell === undefined) continue;
        const change = status === addStatus.rejected ? -penalty : reward;
        scores[parentCell] = Math.max(0, (scores[parentCell] as number) + change);
      }
      // After all parents were paid: a parent that its own child replaced leaves its score to nobody.
      for (const { childCell, status } of outcomes) {
        const replaced = status === addStatus.improved && elitesPerCell === 1;
        if (replaced || status === addStatus.discovered) scores[childCell] = 0;
      }
    },
    scores: () => Array.from(scores),
  };
}
