/** A problem that was put to the model during a search: what an archive keeps, and its form in the run store. */
import type { Task } from "../reasoning/task.ts";
import type { Json, StoredEntry } from "../runs/run-store.ts";

export interface FoundProblem<Problem> {
  /** Unique in the run, e.g. "round 1/3/17": search, iteration, place in the batch; "" until it was evaluated. */
  readonly id: string;
  /** Undefined for a seed and for what a sampler drew. */
  readonly parentId: string | undefined;
  readonly problem: Problem;
  /** How it came from its parent. */
  readonly mutation: string;
  /** The model's greedy answer; the reference solution where greedy decoding gives exactly that. */
  readonly answer: string;
  /** Whether answer and every step are right. */
  readonly correct: boolean;
}

/** How the archive took it, as stored: 0 rejected, 1 improved, 2 discovered. */
export interface StoredFound<Problem> extends FoundProblem<Problem> {
  readonly iteration: number;
  readonly cell: number;
  readonly fitness: number;
  readonly status: number;
  readonly descriptor: readonly number[];
}

export function storeFound<Problem>(task: Task<Problem>, archive: string, found: StoredFound<Problem>): StoredEntry {
  return {
    id: found.id,
    parentId: found.parentId ?? null,
    iteration: found.iteration,
    archive,
    cell: found.cell,
    fitness: found.fitness,
    payload: {
      problem: task.serialize(found.problem) as Json,
      mutation: found.mutation,
      answer: found.answer,
      correct: found.correct,
      status: found.status,
      descriptor: [...found.descriptor],
    },
  };
}

export function loadFound<Problem>(task: Task<Problem>, entry: StoredEntry): StoredFound<Problem> {
  const payload = entry.payload as {
    readonly problem: Json;
    readonly mutation: string;
    readonly answer: string;
    readonly correct: boolean;
    readonly status: number;
    readonly descriptor: readonly number[];
  };
  return {
    ...payload,
    id: entry.id,
    parentId: entry.parentId ?? undefined,
    problem: task.deserialize(payload.problem),
    iteration: entry.iteration,
    cell: entry.cell,
    fitness: entry.fitness,
  };
}
