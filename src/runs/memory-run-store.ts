/** A run store in memory: for tests, and for library users who keep nothing. */
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryCallStore } from "../language-models/calls/memory-call-store.ts";
import type { Json, RunStore, StoredEntry, StoredEvent, StoredMetric } from "./run-store.ts";
import {
  checkEntry,
  checkMetricStep,
  checkSynchronous,
  closedStoreError,
  duplicateEntryError,
} from "./store-errors.ts";
import { decodeJson, encodeJson } from "./stored-json.ts";

/** What a store in memory starts with. */
export interface MemoryRunStoreOptions {
  readonly configuration: Json;
  /** Folder for checkpoints and reports, should someone write any; not created. Default: a new name in the temporary folder. */
  readonly directory?: string;
}

/** An empty store whose contents end with the process. */
export function memoryRunStore(options: MemoryRunStoreOptions): RunStore {
  return new MemoryRunStore(options.directory ?? join(tmpdir(), `illume-${randomUUID()}`), options.configuration);
}

/** Values are kept as JSON text, so that nobody can change what was stored through a shared object. */
class MemoryRunStore implements RunStore {
  readonly directory: string;
  readonly modelCalls = new MemoryCallStore();
  readonly #configuration: string;
  readonly #events: { readonly kind: string; readonly payload: string; readonly time: number }[] = [];
  readonly #entries = new Map<string, { readonly entry: Omit<StoredEntry, "payload">; readonly payload: string }>();
  readonly #metrics = new Map<string, Map<number, number>>();
  readonly #calls = new Map<string, string>();
  readonly #state = new Map<string, string>();
  /** How to take back each write of the running transaction, oldest first. */
  readonly #undo: (() => void)[] = [];
  #depth = 0;
  #closed = false;

  constructor(directory: string, configuration: Json) {
    this.directory = directory;
    this.#configuration = encodeJson(configuration, "a configuration");
  }

  get configuration(): Json {
    return decodeJson(this.#configuration);
  }

  transaction<Result>(work: () => Result): Result {
    this.#checkOpen();
    const mark = this.#undo.length;
    this.#depth++;
    try {
      const result = work();
      checkSynchronous(result);
      return result;
    } catch (error) {
      while (this.#undo.length > mark) this.#undo.pop()?.();
      throw error;
    } finally {
      this.#depth--;
      if (this.#depth === 0) this.#undo.length = 0;
    }
  }

  appendEvent(kind: string, payload: Json): void {
    this.#checkOpen();
    this.#events.push({ kind, payload: encodeJson(payload, "an event"), time: Date.now() });
    this.#onRollback(() => this.#events.pop());
  }

  firstEventTime(): number | undefined {
    return this.#events[0]?.time;
  }

  events(kind?: string): StoredEvent[] {
    this.#checkOpen();
    return this.#events
      .map((event, index) => ({ ...event, sequence: index + 1 }))
      .filter((event) => kind === undefined || event.kind === kind)
      .map((event) => ({ ...event, payload: decodeJson(event.payload) }));
  }

  addEntries(entries: readonly StoredEntry[]): void {
    this.transaction(() => {
      for (const entry of entries) {
        checkEntry(entry);
        if (this.#entries.has(entry.id)) throw duplicateEntryError(entry.id);
        const { payload, ...rest } = entry;
        this.#entries.set(entry.id, { entry: rest, payload: encodeJson(payload, "an entry's payload") });
        this.#onRollback(() => this.#entries.delete(entry.id));
      }
    });
  }

  mapEntries<Result>(archive: string, map: (entry: StoredEntry) => Result): Result[] {
    return this.entries(archive).map((entry) => map(entry));
  }

  entries(archive?: string): StoredEntry[] {
    this.#checkOpen();
    return [...this.#entries.values()]
      .filter(({ entry }) => archive === undefined || entry.archive === archive)
      .map(({ entry, payload }) => ({ ...entry, payload: decodeJson(payload) }));
  }

  countEntries(archive: string): number {
    this.#checkOpen();
    return [...this.#entries.values()].filter(({ entry }) => entry.archive === archive).length;
  }

  countEvents(kind: string): number {
    this.#checkOpen();
    return this.#events.filter((event) => event.kind === kind).length;
  }

  addMetrics(metrics: readonly StoredMetric[]): void {
    this.transaction(() => {
      for (const { name, step, value } of metrics) {
        checkMetricStep(name, step);
        const values = this.#metrics.get(name) ?? new Map<number, number>();
        this.#metrics.set(name, values);
        this.#put(values, step, value);
      }
    });
  }

  metrics(name?: string): StoredMetric[] {
    this.#checkOpen();
    const names = name === undefined ? [...this.#metrics.keys()].sort(compareCodePoints) : [name];
    return names.flatMap((each) =>
      [...(this.#metrics.get(each) ?? [])]
        .sort(([a], [b]) => a - b)
        .map(([step, value]) => ({ name: each, step, value })),
    );
  }

  call(key: string): Json | undefined {
    this.#checkOpen();
    const result = this.#calls.get(key);
    return result === undefined ? undefined : decodeJson(result);
  }

  addCall(key: string, result: Json): void {
    this.#checkOpen();
    if (!this.#calls.has(key)) this.#put(this.#calls, key, encodeJson(result, "a call's result"));
  }

  hasState(key: string): boolean {
    return this.#state.has(key);
  }

  state(key: string): Json | undefined {
    this.#checkOpen();
    const value = this.#state.get(key);
    return value === undefined ? undefined : decodeJson(value);
  }

  setState(key: string, value: Json): void {
    this.#checkOpen();
    this.#put(this.#state, key, encodeJson(value, "a state"));
  }

  close(): void {
    this.#closed = true;
  }

  #put<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    const existed = map.has(key);
    const before = map.get(key) as Value;
    map.set(key, value);
    this.#onRollback(() => (existed ? map.set(key, before) : map.delete(key)));
  }

  #onRollback(undo: () => void): void {
    if (this.#depth > 0) this.#undo.push(undo);
  }

  #checkOpen(): void {
    if (this.#closed) throw closedStoreError(this.directory);
  }
}

/** SQLite's order of texts (by UTF-8 bytes, that is by code point), not UTF-16's. */
function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
