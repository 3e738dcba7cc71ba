/**
 * Commits calls in groups: what starts and ends in one turn of the event loop waits for the disk once, together.
 *
 * The order in which a finished call is written: the shared cache first, then the run's store. A process killed between
 * the two finds the result in the cache; the other way round, other runs would pay again for what this one has.
 */
import type { CallCache, CallStore, EndedCall, ReusedCall, StartedCall } from "./call-store.ts";

/** An end, and the cache's part of it. */
export interface JournalledEnd extends EndedCall {
  readonly model: string;
  /** Whether other runs may use the result. */
  readonly shared: boolean;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The way to a run's call store and to the shared cache. */
export class CallJournal {
  readonly #store: CallStore;
  readonly #cache: CallCache | undefined;
  #started: StartedCall[] = [];
  #ended: JournalledEnd[] = [];
  #reused: ReusedCall[] = [];
  #waiting: Waiting[] = [];

  constructor(store: CallStore, cache?: CallCache) {
    this.#store = store;
    this.#cache = cache;
  }

  /** Results in the run's own store, as JSON text by key. */
  recorded(keys: readonly string[]): Map<string, string> {
    return this.#store.results(keys);
  }

  /** Results that other runs paid for. */
  cached(keys: readonly string[]): Map<string, string> {
    return this.#cache?.results(keys) ?? new Map();
  }

  /** Resolves when the calls are on disk as started. */
  start(calls: readonly StartedCall[]): Promise<void> {
    for (const call of calls) this.#started.push(call);
    return this.#soon();
  }

  /** Resolves when the results are on disk: only then may they be used. */
  end(calls: readonly JournalledEnd[]): Promise<void> {
    for (const call of calls) this.#ended.push(call);
    return this.#soon();
  }

  /** Takes results of the cache into the run's store. */
  reuse(calls: readonly ReusedCall[]): Promise<void> {
    for (const call of calls) this.#reused.push(call);
    return this.#soon();
  }

  #soon(): Promise<void> {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #flush(): void {
    const [started, ended, reused, waiting] = [this.#started, this.#ended, this.#reused, this.#waiting];
    this.#started = [];
    this.#ended = [];
    this.#reused = [];
    this.#waiting = [];
    try {
      const shared = ended.flatMap(({ key, model, result, shared }) =>
        shared && result !== undefined ? [{ key, model, result }] : [],
      );
      if (shared.length > 0) this.#cache?.add(shared);
      this.#store.commit({ started, ended, reused });
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      return;
    }
    for (const { resolve } of waiting) resolve();
  }
}
