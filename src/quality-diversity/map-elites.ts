/**
 * MAP-Elites (Mouret & Clune 2015, "Illuminating search spaces by mapping elites", 1504.04909), in batches.
 *
 *   iteration 0:     evaluate the seeds and offer them to the archive
 *   iteration 1..n:  select parents from the archive, mutate each, evaluate the children, offer them to the archive
 *
 * Deviations from Figure 2 of the paper:
 * - A batch of children is made and evaluated before the archive takes any of them (the paper takes one at a time).
 * - The first solutions are given seeds, not random ones; cells may keep several elites (archives/archive.ts).
 * - There is no crossover.
 *
 * The random numbers of iteration i come from random.split("iteration", i) alone, so a run that stopped after iteration
 * i - 1 goes on with the same archive and `firstIteration: i` exactly as if it had never stopped. (A selection that
 * learns has to be restored too: curiosity-selection.ts.)
 */
import { InterruptedError } from "../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { ShapeError } from "../core/errors/shape-error.ts";
import type { RandomStream } from "../core/random.ts";
import type { AddResult, AddStatus, Archive, ArchiveEntry } from "./archives/archive.ts";
import type { Parent, ParentSelection } from "./selection/parent-selection.ts";

/** What evaluating a solution gave. */
export interface Evaluation<Solution> {
  /** Higher is better; finite. */
  readonly fitness: number;
  /** [dimensions of the archive], finite. */
  readonly descriptor: ArrayLike<number>;
  /** What the archive keeps instead of the evaluated solution: the same with what the evaluation found out, say. */
  readonly solution?: Solution;
}

/** What an evaluation may use beside the solutions; the stream is named after the iteration. */
export interface EvaluationContext {
  readonly iteration: number;
  readonly random: RandomStream;
  readonly signal: AbortSignal | undefined;
}

/** One child (or seed) that was evaluated, and how the archive took it. */
export interface EvaluatedChild<Solution> extends ArchiveEntry<Solution>, AddResult {
  /** Undefined for a seed. */
  readonly parent: Parent<Solution> | undefined;
}

/** What one iteration evaluated, for logs. */
export interface BatchRecord<Solution> {
  readonly iteration: number;
  readonly children: readonly EvaluatedChild<Solution>[];
  /** How many solutions were evaluated, those that proved unusable included. */
  readonly evaluations: number;
}

/** The parts and the budget of a search. */
export interface MapElitesOptions<Solution> {
  /** Changed in place. */
  readonly archive: Archive<Solution>;
  /** Evaluated in iteration 0. */
  readonly seeds: readonly Solution[];
  readonly select: ParentSelection<Solution>;
  /** A changed copy of the parent, or undefined where the drawn change is impossible: then another one is drawn. */
  mutate(parent: Parent<Solution>, random: RandomStream): Solution | undefined | Promise<Solution | undefined>;
  /**
   * One evaluation per solution, in their order; undefined for a solution that proved unusable, which is dropped.
   * Not called where there is nothing to evaluate.
   */
  evaluate(
    solutions: readonly Solution[],
    context: EvaluationContext,
  ): Evaluations<Solution> | Promise<Evaluations<Solution>>;
  /** Iterations with mutation, beside iteration 0. */
  readonly iterations: number;
  /** Children an iteration. */
  readonly batchSize: number;
  readonly random: RandomStream;
  /** Where to begin: 0 (default) with the seeds, i > 0 with an archive that holds the result of iteration i - 1. */
  readonly firstIteration?: number;
  /** How often a mutation is drawn anew before its place in the batch stays empty; default 20. */
  readonly mutationAttempts?: number;
  /** Called after every batch, before the next one begins; what it commits is all that a resumed run needs. */
  onBatch?(record: BatchRecord<Solution>): void | Promise<void>;
  /** Looked at before every iteration and passed to `evaluate`. */
  readonly signal?: AbortSignal;
}

/** One evaluation per solution, in their order; undefined for a solution that proved unusable. */
export type Evaluations<Solution> = readonly (Evaluation<Solution> | undefined)[];

/**
 * Runs MAP-Elites and returns the number of evaluations made.
 * Throws InterruptedError between iterations once the signal is aborted, InvalidArgumentError for counts that are not
 * whole numbers in range, ShapeError for a wrong number of evaluations, and whatever the callbacks and the archive throw.
 */
export async function mapElites<Solution>(options: MapElitesOptions<Solution>): Promise<number> {
  const { archive, seeds, select, iterations, batchSize, firstIteration = 0, signal } = options;
  requireWholeNumber("iterations", iterations, 0);
  requireWholeNumber("batchSize", batchSize, 1);
  requireWholeNumber("firstIteration", firstIteration, 0);
  let evaluations = 0;

  for (let iteration = firstIteration; iteration <= iterations; iteration++) {
    if (signal?.aborted) throw interrupted(iteration, signal);
    const random = options.random.split("iteration", iteration);

    const candidates: Candidate<Solution>[] =
      iteration === 0
        ? seeds.map((solution) => ({ solution, parent: undefined }))
        : await mutateParents(select.select(archive, batchSize, random.split("selection")), options, random);

    const solutions = candidates.map(({ solution }) => solution);
    const context = { iteration, random: random.split("evaluation"), signal };
    const evaluated = solutions.length === 0 ? [] : await options.evaluate(solutions, context);
    const entries = joinEvaluations(candidates, evaluated);
    const added = archive.addBatch({
      solutions: entries.map(({ solution }) => solution),
      fitness: Float64Array.from(entries, ({ fitness }) => fitness),
      descriptors: stackDescriptors(entries, archive.dimensions),
    });
    const children = entries.map((entry, row) => ({
      ...entry,
      status: added.statuses[row] as AddStatus,
      value: added.values[row] as number,
      cell: added.cells[row] as number,
    }));

    select.observe?.(
      children.map(({ parent, cell, status }) => ({ parentCell: parent?.cell, childCell: cell, status })),
    );
    evaluations += candidates.length;
    await options.onBatch?.({ iteration, children, evaluations: candidates.length });
  }
  return evaluations;
}

interface Candidate<Solution> {
  readonly solution: Solution;
  readonly parent: Parent<Solution> | undefined;
}

/** One child a parent; each place in the batch has its own random stream, so children do not depend on each other. */
async function mutateParents<Solution>(
  parents: readonly Parent<Solution>[],
  { mutate, mutationAttempts = 20 }: Pick<MapElitesOptions<Solution>, "mutate" | "mutationAttempts">,
  random: RandomStream,
): Promise<Candidate<Solution>[]> {
  const children = await Promise.all(
    parents.map(async (parent, place) => {
      const stream = random.split("mutation", place);
      for (let attempt = 0; attempt < mutationAttempts; attempt++) {
        const solution = await mutate(parent, stream);
        if (solution !== undefined) return { solution, parent };
      }
      return undefined;
    }),
  );
  return children.filter((child) => child !== undefined);
}

/** Candidates with their evaluations, without those that proved unusable. */
function joinEvaluations<Solution>(
  candidates: readonly Candidate<Solution>[],
  evaluations: Evaluations<Solution>,
): (ArchiveEntry<Solution> & Pick<Candidate<Solution>, "parent">)[] {
  if (evaluations.length !== candidates.length) {
    throw new ShapeError({
      expected: `one evaluation for each of ${candidates.length} solutions`,
      received: String(evaluations.length),
      remedy: "return them in the order of the solutions, undefined for one that cannot be used",
    });
  }
  return candidates.flatMap(({ solution, parent }, row) => {
    const evaluation = evaluations[row];
    return evaluation === undefined ? [] : [{ solution, parent, ...evaluation }];
  });
}

/** Descriptors as a matrix [entries, dimensions]. Throws ShapeError for one of another length. */
function stackDescriptors(entries: readonly ArchiveEntry<unknown>[], dimensions: number): Float64Array {
  const descriptors = new Float64Array(entries.length * dimensions);
  for (const [row, { descriptor }] of entries.entries()) {
    if (descriptor.length !== dimensions) {
      throw new ShapeError({
        expected: `a descriptor of ${dimensions} numbers for every solution`,
        received: `${descriptor.length} in row ${row}`,
        remedy: "return one number per dimension of the archive",
      });
    }
    descriptors.set(descriptor, row * dimensions);
  }
  return descriptors;
}

function requireWholeNumber(name: string, value: number, least: number): void {
  if (!(Number.isInteger(value) && value >= least)) {
    throw new InvalidArgumentError({
      expected: `${name} to be a whole number, at least ${least}`,
      received: String(value),
      remedy: "check the options of the search",
    });
  }
}

function interrupted(iteration: number, signal: AbortSignal): InterruptedError {
  return new InterruptedError({
    expected: "the search to go on",
    received: `a request to stop before iteration ${iteration}`,
    remedy: `go on with the same archive and firstIteration ${iteration}`,
    cause: signal.reason,
  });
}
