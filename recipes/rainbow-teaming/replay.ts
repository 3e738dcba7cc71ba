/** A finished search walked through again, iteration by iteration, up to a budget, and held to the truth on the way. */
import { addCalls, type CallCounts, noCalls, totalCalls } from "../../src/rainbow-teaming/evaluated-prompt.ts";
import type { Landscape } from "../../src/rainbow-teaming/landscape/landscape.ts";
import { auditArchive, type LandscapeAudit } from "../../src/rainbow-teaming/landscape/landscape-audit.ts";
import { PromptArchive, type PromptArchiveOptions } from "../../src/rainbow-teaming/prompt-archive.ts";
import type { Iteration } from "../../src/rainbow-teaming/rainbow-search.ts";
import { selfBleu } from "../../src/synthetic-data/measures/diversity/self-bleu.ts";

/** Where the walk ends: before the first iteration that would exceed either. */
export interface ReplayBudget {
  readonly calls?: number;
  readonly iterations?: number;
}

/** The archive as it was when the budget was spent; of a cell with several elites the first one counts. */
export interface ReplayedSearch extends LandscapeAudit {
  readonly iterations: number;
  /** Iterations whose child was put to the target and judged: all but those that repeated their parent or their cell. */
  readonly evaluated: number;
  readonly calls: CallCounts;
  /** Filled cells as a share of all, whatever they truly hold. */
  readonly coverage: number;
  /** All elites of all cells that the target truly fails. */
  readonly failingPrompts: number;
  /** Of the elites' texts, in [0, 100]. */
  readonly selfBleu: number;
  /** Mean of `coverage` over the calls of the budget: the area under its curve. */
  readonly meanCoverage: number;
  /** The same of cells that were, at that time, held by a prompt that truly belongs there and fails. */
  readonly meanTrueCoverage: number;
  /** Calls until nine tenths of the cells were filled; null where they never were. */
  readonly callsToFill: number | null;
  /** Means over evaluated children of the calls that each of them took. */
  readonly callsPerChild: {
    readonly mutator: number;
    readonly target: number;
    readonly votes: number;
    readonly other: number;
  };
}

/** @param iterations in their order, from the first */
export async function replaySearch(
  landscape: Landscape,
  archiveOptions: PromptArchiveOptions,
  iterations: readonly Iteration[],
  { calls: mostCalls = Infinity, iterations: mostIterations = Infinity }: ReplayBudget,
): Promise<ReplayedSearch> {
  const archive = new PromptArchive(archiveOptions);
  const isTrue = new Uint8Array(archive.cells);
  let trueCells = 0;
  let [calls, spent, count, evaluated] = [noCalls, 0, 0, 0];
  let [area, trueArea] = [0, 0];
  let callsToFill: number | null = null;
  const children = { mutator: 0, target: 0, votes: 0, other: 0 };
  for (const iteration of iterations) {
    const own = "kept" in iteration ? iteration.kept.calls : iteration.lost.calls;
    const cost = totalCalls(own);
    if (spent + cost > mostCalls || count === mostIterations) break;
    area += cost * archive.filledCells().length;
    trueArea += cost * trueCells;
    spent += cost;
    calls = addCalls(calls, own);
    count++;
    if (!("kept" in iteration)) continue;
    evaluated++;
    const { kept } = iteration;
    const votes = kept.votes ? kept.votes.first + kept.votes.second + kept.votes.tie + kept.votes.unparsable : 0;
    children.mutator += own.mutator;
    children.target += own.target;
    children.votes += votes;
    children.other += cost - own.mutator - own.target - votes;
    archive.add(kept);
    if (archive.count(kept.cell) === 0) continue;
    const truth = landscape.truth(archive.elite(kept.cell).solution.text);
    const holds = Number(truth?.fails === true && truth.cell === kept.cell);
    trueCells += holds - (isTrue[kept.cell] as number);
    isTrue[kept.cell] = holds;
    if (callsToFill === null && archive.filledCells().length >= 0.9 * archive.cells) callsToFill = spent;
  }
  const total = Number.isFinite(mostCalls) ? mostCalls : spent;
  area += (total - spent) * archive.filledCells().length;
  trueArea += (total - spent) * trueCells;
  const elites = Array.from(archive.filledCells(), (cell) => archive.elite(cell).solution);
  const share = (sum: number) => sum / Math.max(1, evaluated);
  return {
    ...auditArchive(landscape, elites),
    iterations: count,
    evaluated,
    calls,
    coverage: elites.length / archive.cells,
    failingPrompts: archive.prompts().filter(({ text }) => landscape.truth(text)?.fails === true).length,
    selfBleu: await selfBleu().compute(elites.map(({ text }) => ({ prompt: "", completion: text }))),
    meanCoverage: area / (total * archive.cells),
    meanTrueCoverage: trueArea / (total * archive.cells),
    callsToFill,
    callsPerChild: {
      mutator: share(children.mutator),
      target: share(children.target),
      votes: share(children.votes),
      other: share(children.other),
    },
  };
}
