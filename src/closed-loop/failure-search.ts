/**
 * The search for problems that the model gets wrong: MAP-Elites (quality-diversity/map-elites.ts) over the task's
 * descriptors, and the arms it is compared with. Fitness is 1 - P(reference solution), plus 1 if the model's greedy
 * answer is wrong, so that elites are failures first and improbable solutions second.
 */
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import type { RandomStream } from "../core/random.ts";
import type { LanguageModel } from "../language-models/language-model.ts";
import { addStatus } from "../quality-diversity/archives/archive.ts";
import { categoricalArchive } from "../quality-diversity/archives/categorical-archive.ts";
import {
  type BatchRecord,
  type Evaluation,
  type EvaluationContext,
  mapElites,
} from "../quality-diversity/map-elites.ts";
import { fixedParentsSelection } from "../quality-diversity/selection/fixed-parents-selection.ts";
import type { ParentSelection } from "../quality-diversity/selection/parent-selection.ts";
import { uniformSelection } from "../quality-diversity/selection/uniform-selection.ts";
import type { Task } from "../reasoning/task.ts";
import { type Attempt, attemptProblems } from "./attempts.ts";
import type { SearchArm } from "./configuration.ts";
import { type FoundProblem, loadFound, type StoredFound, storeFound } from "./found-problem.ts";
import type { LoopContext } from "./loop-context.ts";
import type { ProgressPhase } from "./progress.ts";

/** A search whose mutations are impossible this many iterations in a row has no neighbours left, and ends. */
const mostFruitlessIterations = 10;

/** Where mutation begins: an ordinary problem, or one that the round before evaluated. */
export interface SearchSeed<Problem> {
  readonly problem: Problem;
  /** Of the round before, so that lineages go through rounds. */
  readonly parentId?: string;
}

export interface FailureSearchOptions<Problem> {
  readonly context: LoopContext<Problem>;
  readonly model: LanguageModel;
  /** Name of the archive in the store; a search of that name that is there already is continued. */
  readonly name: string;
  readonly arm: SearchArm;
  readonly seeds: readonly SearchSeed<Problem>[];
  readonly random: RandomStream;
  readonly phase: ProgressPhase;
  readonly round: number;
}

/** The empty archive of a task: one cell for each combination of bins. */
export function emptyArchive<Problem>(task: Task<Problem>, elitesPerCell: number) {
  return categoricalArchive<FoundProblem<Problem>>({
    axes: task.descriptors.map(({ name, bins }) => ({ name, labels: bins })),
    elitesPerCell,
  });
}

/** Searches until the budget of evaluations is used up exactly; all that was evaluated is in the store, and returned. */
export async function searchFailures<Problem>(options: FailureSearchOptions<Problem>): Promise<StoredFound<Problem>[]> {
  const { context, name, arm, random } = options;
  const { task } = context.domain;
  const { evaluations, batchSize, elitesPerCell } = context.configuration.search;
  const found = context.store.entries(name).map((entry) => loadFound(task, entry));
  const archive = emptyArchive(task, elitesPerCell);
  for (const entry of found) if (entry.status !== addStatus.rejected) archive.add({ ...entry, solution: entry });

  // Arms that sample have no parents: their "seeds" are drawn anew in every batch, and nothing is selected.
  const samples = arm === "full-sampler-failures";
  const seeds = samples ? [] : options.seeds.slice(0, evaluations).map(fromSeed);
  const drawn = {
    solution: unevaluated(undefined as Problem, undefined, "drawn from the whole space"),
    cell: undefined,
  };
  const selection: ParentSelection<FoundProblem<Problem>> = samples
    ? { select: (_archive, count) => Array.from({ length: count }, () => drawn) }
    : arm === "no-stepping-stones"
      ? fixedParentsSelection(seeds)
      : uniformSelection();
  const tell = () =>
    context.report({
      phase: options.phase,
      round: options.round,
      done: found.length,
      total: evaluations,
      coverage: archive.statistics().coverage,
      failures: found.reduce((count, { correct }) => count + Number(!correct), 0),
    });
  tell();
  // One iteration at a time: mutations that are impossible leave places empty, and the budget is still used up exactly.
  let iteration = found.length === 0 ? 0 : (found.at(-1)?.iteration ?? 0) + 1;
  let fruitless = 0;
  while (found.length < evaluations && fruitless < mostFruitlessIterations) {
    const before = found.length;
    await mapElites<FoundProblem<Problem>>({
      archive,
      seeds,
      select: {
        select: (from, count, stream) => selection.select(from, Math.min(count, evaluations - found.length), stream),
      },
      mutate: (parent, stream) => {
        if (samples) return unevaluated(requireSampler(context)(stream), undefined, "drawn from the whole space");
        const mutation = task.mutate(parent.solution.problem, stream);
        return mutation && unevaluated(mutation.problem, parent.solution.id || undefined, mutation.description);
      },
      evaluate: (children, at) => evaluateChildren(options, children, at),
      firstIteration: iteration,
      iterations: iteration,
      batchSize,
      random,
      onBatch: (record) => {
        const batch = storedBatch(record);
        context.store.addEntries(batch.map((entry) => storeFound(task, name, entry)));
        for (const entry of batch) found.push(entry);
        tell();
      },
      ...(context.signal && { signal: context.signal }),
    });
    iteration++;
    fruitless = found.length === before ? fruitless + 1 : 0;
  }
  return found;
}

async function evaluateChildren<Problem>(
  { context, model, name }: FailureSearchOptions<Problem>,
  children: readonly FoundProblem<Problem>[],
  { iteration }: EvaluationContext,
): Promise<Evaluation<FoundProblem<Problem>>[]> {
  const { task } = context.domain;
  const attempts = await attemptProblems(
    context,
    model,
    children.map(({ problem }) => problem),
  );
  return children.map((child, row) => {
    const { answer, correct, probability } = attempts[row] as Attempt;
    return {
      fitness: 1 - probability + (correct ? 0 : 1),
      descriptor: task.descriptors.map(({ bin }) => bin(child.problem)),
      solution: { ...child, id: `${name}/${iteration}/${row}`, answer, correct },
    };
  });
}

function storedBatch<Problem>({ iteration, children }: BatchRecord<FoundProblem<Problem>>): StoredFound<Problem>[] {
  return children.map(({ solution, cell, fitness, status, descriptor }) => ({
    ...solution,
    iteration,
    cell,
    fitness,
    status,
    descriptor: Array.from(descriptor),
  }));
}

function fromSeed<Problem>({ problem, parentId }: SearchSeed<Problem>): FoundProblem<Problem> {
  return unevaluated(problem, parentId, parentId === undefined ? "seed" : "kept from the round before");
}

function unevaluated<Problem>(problem: Problem, parentId: string | undefined, mutation: string): FoundProblem<Problem> {
  return { id: "", parentId, problem, mutation, answer: "", correct: false };
}

/** The domain's complete sampler. Throws UnsupportedCapabilityError where it has none. */
export function requireSampler<Problem>(context: LoopContext<Problem>): (random: RandomStream) => Problem {
  const { randomProblem, name } = context.domain;
  if (randomProblem === undefined) {
    throw new UnsupportedCapabilityError({
      expected: "a domain with a sampler of all its problems",
      received: JSON.stringify(name),
      remedy: 'use the arm "quality-diversity", which needs seed problems and mutations only',
    });
  }
  return randomProblem;
}
