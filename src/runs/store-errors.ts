/** Errors that every run store raises alike. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { StoredEntry } from "./run-store.ts";

export function duplicateEntryError(id: string): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: "entries whose id is new in the run",
    received: `the id ${JSON.stringify(id)} again`,
    remedy: "give each entry its own id, such as archive/iteration/index",
  });
}

/** Throws InvalidArgumentError for an entry whose numbers a store could not give back. */
export function checkEntry(entry: StoredEntry): void {
  if (!Number.isFinite(entry.fitness) || !Number.isSafeInteger(entry.cell) || !Number.isSafeInteger(entry.iteration)) {
    throw new InvalidArgumentError({
      expected: "an entry with a finite fitness, a whole cell and a whole iteration",
      received: `fitness ${entry.fitness}, cell ${entry.cell}, iteration ${entry.iteration} in ${JSON.stringify(entry.id)}`,
      remedy: "leave such candidates out of the archive",
    });
  }
}

export function checkMetricStep(name: string, step: number): void {
  if (!Number.isSafeInteger(step)) {
    throw new InvalidArgumentError({
      expected: "a whole number as a metric's step",
      received: `${step} for ${JSON.stringify(name)}`,
      remedy: "count steps as integers",
    });
  }
}

/** A transaction's work must be done when it returns: a promise would write after the commit. */
export function checkSynchronous(result: unknown): void {
  if (typeof (result as { then?: unknown } | null | undefined)?.then === "function") {
    throw new InvalidArgumentError({
      expected: "a transaction whose work is synchronous",
      received: "a promise",
      remedy: "compute first, then write in one transaction",
    });
  }
}

export function closedStoreError(directory: string): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: "an open run store",
    received: `the closed one of ${directory}`,
    remedy: "open it again with openRun",
  });
}
