/**
 * The record of one run. Everything that cost time or money is committed here before it is used, so that a killed run
 * loses nothing and `illume resume` continues to the result that an uninterrupted run would have reached.
 */

import type { CallStore } from "../language-models/calls/call-store.ts";

/** Plain JSON: what survives JSON.parse(JSON.stringify(value)) unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Something that happened; events are numbered in their order. */
export interface StoredEvent {
  readonly sequence: number;
  readonly kind: string;
  readonly payload: Json;
  /** Milliseconds since 1970; the only thing in a store that differs between equal runs. */
  readonly time: number;
}

/** A solution that a search evaluated. */
export interface StoredEntry {
  /** Unique in the run; entries keep the order in which they were added. */
  readonly id: string;
  readonly parentId: string | null;
  readonly iteration: number;
  /** Which archive it belongs to ("search", "renewed attack"). */
  readonly archive: string;
  readonly cell: number;
  readonly fitness: number;
  readonly payload: Json;
}

/** One value of a curve. */
export interface StoredMetric {
  readonly name: string;
  readonly step: number;
  readonly value: number;
}

/**
 * The record of one run. Writes outside of a transaction are committed each on their own. Throws StorageError where the
 * record cannot be read or written, InvalidArgumentError for values that it could not give back, and after `close`.
 */
export interface RunStore {
  /** The folder of the run: its database, checkpoints and report. */
  readonly directory: string;
  /** What the run was started with; written once. */
  readonly configuration: Json;
  /** Runs `work` in one transaction: either all of its writes are on disk afterwards, or none. */
  transaction<Result>(work: () => Result): Result;
  /**
   * The same, but does not wait for the disk: what was written is readable at once and outlives the process, and the function
   * that is given back waits until it outlives a power cut too, beside other work. Not within a transaction. Left out where
   * `transaction` does not wait.
   */
  transactionBeside?(work: () => void): () => Promise<void>;
  appendEvent(kind: string, payload: Json): void;
  events(kind?: string): StoredEvent[];
  addEntries(entries: readonly StoredEntry[]): void;
  entries(archive?: string): StoredEntry[];
  /** What is made of each entry of an archive, in their order; the entries themselves are not kept. */
  mapEntries<Result>(archive: string, map: (entry: StoredEntry) => Result): Result[];
  /** How many entries an archive has, and how many events there are of a kind, without reading them. */
  countEntries(archive: string): number;
  countEvents(kind: string): number;
  /** Milliseconds since 1970; undefined before the first event. */
  firstEventTime(): number | undefined;
  addMetrics(metrics: readonly StoredMetric[]): void;
  /** Metrics of a name, ordered by step; a step written twice keeps its last value. */
  metrics(name?: string): StoredMetric[];
  /** The run's calls of language models, with what they took (language-models/calls/). */
  readonly modelCalls: CallStore;
  /** The result of a call by its content key, or undefined: each completed call is paid once. */
  call(key: string): Json | undefined;
  /** Commits the result of a call; a key that is there already keeps its first result. */
  addCall(key: string, result: Json): void;
  /** Small named progress values ("phase" -> {"name": "learn", "step": 40}); last write wins. */
  hasState(key: string): boolean;
  state(key: string): Json | undefined;
  setState(key: string, value: Json): void;
  close(): void;
}
