/**
 * The archive of a search over prompts. A judge that compares says which of two is better but gives no number that orders
 * a cell, so the archive beneath is ordered by iteration then: whoever won last stands first. The fitness of prompts
 * steers where the search aims (2402.16822, Algorithm 2), and, with a judge that only scores, orders the cells too.
 *
 * Where cells move or grow (sliding boundaries, novelty) a prompt's cell is known only when all before it are in: such an
 * archive is offered every prompt in the order of iterations, those that lose too, and scores decide.
 */

import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { RandomStream } from "../core/random.ts";
import { type AddStatus, type Archive, addStatus } from "../quality-diversity/archives/archive.ts";
import { categoricalTessellation } from "../quality-diversity/tessellations/categorical-tessellation.ts";
import type { RectangularTessellation } from "../quality-diversity/tessellations/tessellation.ts";
import { type ArchiveSettings, cellsMove } from "./archives/archive-schema.ts";
import { type Aim, type PromptSpace, promptSpace } from "./archives/prompt-space.ts";
import { type DomainDescriptor, labelsOf } from "./domain-schema.ts";
import type { EvaluatedPrompt } from "./evaluated-prompt.ts";

/** What decides who stays: comparisons of responses, or their scores. */
export type Replacement = "comparison" | "score";

/** Dimensions of an archive, and who stays in its cells. */
export interface PromptArchiveOptions {
  readonly descriptors: readonly DomainDescriptor[];
  readonly replacement: Replacement;
  /** Default 1. */
  readonly elitesPerCell?: number;
  /** Default: a grid of the descriptors' labels. */
  readonly archive?: ArchiveSettings | undefined;
}

/** The archive in numbers. */
export interface PromptArchiveStatistics {
  readonly filledCells: number;
  /** In [0, 1]. */
  readonly coverage: number;
  /** Filled cells in which no prompt has a readable score: fitness and success leave them out. */
  readonly unscoredCells: number;
  /** Mean over the other filled cells of the best fitness; 0 where there is none. */
  readonly meanFitness: number;
  /** Share of cells with a readable score whose best fitness counts as a success; 0 where there is none. */
  readonly successRate: number;
}

/**
 * What becomes of a prompt that is offered to a cell's prompts, and the cell afterwards; the rule of the archive beneath,
 * for decisions that are made before they are committed. `wins` is the comparison's outcome and counts only there.
 */
export function placeInCell<Prompt extends { readonly fitness: number }>(
  incumbents: readonly Prompt[],
  prompt: Prompt,
  wins: boolean,
  { replacement, elitesPerCell }: { readonly replacement: Replacement; readonly elitesPerCell: number },
): { readonly status: AddStatus; readonly prompts: readonly Prompt[] } {
  const last = incumbents.length >= elitesPerCell ? incumbents[elitesPerCell - 1] : undefined;
  const enters = replacement === "comparison" ? wins : last === undefined || prompt.fitness > last.fitness;
  if (!enters) return { status: addStatus.rejected, prompts: incumbents };
  const place = replacement === "comparison" ? 0 : incumbents.filter(({ fitness }) => fitness >= prompt.fitness).length;
  const prompts = incumbents.toSpliced(place, 0, prompt).slice(0, elitesPerCell);
  return { status: incumbents.length === 0 ? addStatus.discovered : addStatus.improved, prompts };
}

/** Prompts by cell; what selection reads of it are the fitness values of prompts. */
export class PromptArchive {
  readonly replacement: Replacement;
  readonly elitesPerCell: number;
  /** Whether cells move or grow. */
  readonly moves: boolean;
  /** Bins of each descriptor. */
  readonly shape: readonly number[];
  readonly #space: PromptSpace;
  readonly #archive: Archive<EvaluatedPrompt>;
  /** The grid of labels, whatever the archive is: how prompts are shown, and memory is kept. */
  readonly #labels: RectangularTessellation;
  /** Whether each elite is a cell of its own. */
  readonly #isUnstructured: boolean;

  /** Throws InvalidArgumentError as the archive beneath does, and for comparisons where cells move. */
  constructor(options: PromptArchiveOptions) {
    const { descriptors, replacement, elitesPerCell = 1, archive = { kind: "grid" } } = options;
    this.moves = cellsMove(archive);
    if (this.moves && replacement === "comparison") {
      throw new InvalidArgumentError({
        expected: `the replacement "score" in an archive of the kind ${archive.kind}`,
        received: "comparisons, which order no prompts that come together only later",
        remedy: "leave the replacement out, or use an archive of the kind grid or cvt",
      });
    }
    const axes = descriptors.map((descriptor) => ({ name: descriptor.name, labels: labelsOf(descriptor) }));
    this.#labels = categoricalTessellation({ axes });
    this.#space = promptSpace(descriptors, archive, elitesPerCell);
    this.#archive = this.#space.archive;
    this.#isUnstructured = archive.kind === "novelty";
    this.shape = this.#labels.shape;
    this.elitesPerCell = elitesPerCell;
    this.replacement = replacement;
  }

  /** Cells in all; of an archive by novelty those of the labels' grid, as its own are as many as its elites. */
  get cells(): number {
    return this.#isUnstructured ? this.#labels.cells : this.#archive.cells;
  }

  /** Whether the search can aim at cells. */
  get aimed(): boolean {
    return this.#space.aimed;
  }

  get size(): number {
    return this.#archive.size;
  }

  /** A cell of the grid of labels. */
  cellOf(bins: readonly number[]): number {
    return this.#labels.cellOf(Float64Array.from(bins), 0);
  }

  /** The bins of a cell of the grid of labels. */
  binsOf(cell: number): number[] {
    return this.#labels.binsOf(cell);
  }

  /** The cell in which a prompt belongs now. Throws InvalidArgumentError for one without its place. */
  placeOf(prompt: Pick<EvaluatedPrompt, "bins" | "point">): number {
    return this.#archive.cellOf(this.#space.place(prompt));
  }

  /** What is asked of the mutator to get to a cell; without one, anywhere. */
  aim(cell: number | undefined, random: RandomStream): Aim {
    return this.#space.aim(cell, random);
  }

  filledCells(): ArrayLike<number> {
    return this.#archive.filledCells();
  }

  count(cell: number): number {
    return this.#archive.count(cell);
  }

  elite(cell: number, rank = 0): { readonly solution: EvaluatedPrompt } {
    return this.#archive.elite(cell, rank);
  }

  /** The best fitness of a cell; NaN where it is empty. */
  fitness(cell: number): number {
    if (this.replacement === "score") return this.#archive.fitness(cell);
    let best = Number.NaN;
    for (let rank = 0; rank < this.count(cell); rank++) {
      const { fitness } = this.#archive.elite(cell, rank).solution;
      if (!(fitness <= best)) best = fitness;
    }
    return best;
  }

  /** The prompts of a cell in its order, or all. */
  prompts(cell?: number): EvaluatedPrompt[] {
    return this.#archive.elites(cell).map(({ solution }) => solution);
  }

  /** At most `count` of all prompts, at equal distances in the order of `prompts()`. */
  spread(count: number): EvaluatedPrompt[] {
    const chosen: EvaluatedPrompt[] = [];
    const size = this.size;
    const number = Math.min(count, size);
    const filled = this.filledCells();
    let before = 0;
    for (let index = 0; index < filled.length; index++) {
      const cell = filled[index] as number;
      const end = before + this.count(cell);
      while (chosen.length < number) {
        const place = Math.floor((chosen.length * size) / number);
        if (place >= end) break;
        chosen.push(this.#archive.elite(cell, place - before).solution);
      }
      before = end;
    }
    return chosen;
  }

  /** Offers a prompt where cells move: the prompt with what became of it. */
  offer(prompt: EvaluatedPrompt): EvaluatedPrompt {
    // Nobody else has this copy before its status is known.
    const solution: { -readonly [Name in keyof EvaluatedPrompt]: EvaluatedPrompt[Name] } = { ...prompt };
    const { fitness } = prompt;
    solution.status = this.#archive.add({ solution, fitness, descriptor: this.#space.place(prompt) }).status;
    return solution;
  }

  /**
   * Puts in a prompt as it was decided; one that lost stays out, and is only offered where cells move. The ids of those
   * that left for it; none are told where cells move.
   */
  add(prompt: EvaluatedPrompt): readonly string[] {
    if (this.moves) {
      this.offer(prompt);
      return [];
    }
    if (prompt.status === addStatus.rejected) return [];
    const full = this.count(prompt.cell) === this.elitesPerCell;
    const removed = full ? [this.#archive.elite(prompt.cell, this.elitesPerCell - 1).solution.id] : [];
    const fitness = this.replacement === "comparison" ? prompt.iteration : prompt.fitness;
    this.#archive.add({ solution: prompt, fitness, descriptor: this.#space.place(prompt) });
    return removed;
  }

  /** @param success the fitness from which an elite counts as a success */
  statistics(success: number): PromptArchiveStatistics {
    const filled = this.filledCells();
    let [sum, successes, scored] = [0, 0, 0];
    for (let index = 0; index < filled.length; index++) {
      const cell = filled[index] as number;
      if (!this.#isScored(cell)) continue;
      const fitness = this.fitness(cell);
      scored++;
      sum += fitness;
      if (fitness >= success) successes++;
    }
    const filledCells = this.#isUnstructured
      ? new Set(this.prompts().map(({ bins }) => this.cellOf(bins))).size
      : filled.length;
    return {
      filledCells,
      coverage: filledCells / this.cells,
      unscoredCells: filled.length - scored,
      meanFitness: sum / Math.max(1, scored),
      successRate: successes / Math.max(1, scored),
    };
  }

  #isScored(cell: number): boolean {
    for (let rank = 0; rank < this.count(cell); rank++) {
      if (this.#archive.elite(cell, rank).solution.scored !== false) return true;
    }
    return false;
  }
}
