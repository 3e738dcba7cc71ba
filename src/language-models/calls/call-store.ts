/** Where calls are kept. Implemented by the rooms above (runs/), because a call belongs to a run or to a shared cache. */
import type { CallCost, Spending } from "./call-cost.ts";

/** A call that is about to be sent. */
export interface StartedCall {
  readonly key: string;
  readonly kind: "generate" | "score" | "embed";
  /** The model's public id and its revision, for people who look into the store. */
  readonly model: string;
  readonly revision: string;
  /** The most that it may take: what it counts as until it ends, also where the process is killed before that. */
  readonly reserved: CallCost;
}

/** A call that ended. */
export interface EndedCall {
  readonly key: string;
  /** What StartedCall set aside for it, and what it really took. */
  readonly reserved: CallCost;
  readonly cost: CallCost;
  /** JSON text; undefined where it failed, so that it may be sent again. */
  readonly result: string | undefined;
}

/** A result that was found in a cache. */
export interface ReusedCall {
  readonly key: string;
  readonly kind: StartedCall["kind"];
  readonly model: string;
  readonly revision: string;
  readonly result: string;
}

/** One commit: all of it is on disk afterwards, or none. */
export interface CallChanges {
  readonly started: readonly StartedCall[];
  readonly ended: readonly EndedCall[];
  readonly reused: readonly ReusedCall[];
}

/** What the calls of one model took. */
export interface ModelSpending {
  readonly model: string;
  readonly revision: string;
  readonly spending: Spending;
}

/** The calls of one run. Throws StorageError where it cannot be read or written. */
export interface CallStore {
  /** Results as JSON text by key, of those calls that are complete. */
  results(keys: readonly string[]): Map<string, string>;
  /** A call that started and never ended counts as spent with what it reserved, also when it is started again. */
  commit(changes: CallChanges): void;
  /**
   * As commit, but does not wait for the disk: what was written is readable at once and outlives the process, and the
   * function that is given back waits until it outlives a power cut too, beside other work. Left out where commit does
   * not wait.
   */
  commitBeside?(changes: CallChanges): () => Promise<void>;
  /** All that was spent, calls in flight with what they reserved. */
  spending(): Spending;
  /** The same by model and revision, in the order of their names. */
  spendingByModel(): readonly ModelSpending[];
  /** How many results there are, and how many of them came from a cache. */
  counts(): { readonly complete: number; readonly reused: number };
  /** The latter alone, which is told at once. */
  reused(): number;
}

/** Results that several runs share, at the same time too. Throws StorageError where it cannot be read or written. */
export interface CallCache {
  results(keys: readonly string[]): Map<string, string>;
  /** A key that is there already keeps its first result. */
  add(results: readonly { readonly key: string; readonly model: string; readonly result: string }[]): void;
  close(): void;
}
