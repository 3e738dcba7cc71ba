/**
 * The run store on disk: one SQLite database a run.
 *
 * Write-ahead log with synchronous = FULL: a commit is on disk when the call returns, so neither SIGKILL nor a power cut
 * loses it, at the price of one fsync a commit (group writes with `transaction`). Calls of models are many and small: their
 * results wait for the disk beside other work (log-sync.ts) and are used only after it. Readers do not disturb the writer.
 */
import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { CallStore } from "../language-models/calls/call-store.ts";
import { LogSync } from "./log-sync.ts";
import type { Json, RunStore, StoredEntry, StoredEvent, StoredMetric } from "./run-store.ts";
import { type Database, withStorageErrors } from "./sqlite.ts";
import { SqliteCallStore } from "./sqlite-call-store.ts";
import {
  checkEntry,
  checkMetricStep,
  checkSynchronous,
  closedStoreError,
  duplicateEntryError,
} from "./store-errors.ts";
import { decodeJson, encodeJson } from "./stored-json.ts";

/** The tables of a run; a change here needs a new `runFormat` (run-database.ts). */
export const runTables = `
  CREATE TABLE run (
    only INTEGER PRIMARY KEY CHECK (only = 1), illume TEXT NOT NULL, configuration TEXT NOT NULL,
    created INTEGER NOT NULL, writer INTEGER
  ) STRICT;
  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, time INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE entries (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, parent TEXT, iteration INTEGER NOT NULL,
    archive TEXT NOT NULL, cell INTEGER NOT NULL, fitness REAL NOT NULL, payload TEXT NOT NULL
  ) STRICT;
  CREATE TABLE metrics (
    name TEXT NOT NULL, step INTEGER NOT NULL, value REAL, PRIMARY KEY (name, step)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE calls (key TEXT PRIMARY KEY, result TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

type Row = Record<string, string | number | null>;
/** Of entries, in the order of their query. */
type EntryRow = [
  id: string,
  parent: string | null,
  iteration: number,
  archive: string,
  cell: number,
  fitness: number,
  payload: string,
];

export interface SqliteRunStoreOptions {
  readonly directory: string;
  /** The database's file, for errors. */
  readonly path: string;
  readonly database: Database;
  /** Gives up the writer's lock; called once, after the database is closed. */
  readonly release: () => void;
}

export class SqliteRunStore implements RunStore {
  readonly directory: string;
  readonly configuration: Json;
  readonly modelCalls: CallStore;
  readonly #path: string;
  readonly #database: Database;
  readonly #release: () => void;
  readonly #statements = new Map<string, StatementSync>();
  readonly #logSync: LogSync;
  /** Whether the transaction that begins next does not wait for the disk. */
  #isBeside = false;
  #synchronous: "NORMAL" | "FULL" = "FULL";
  #depth = 0;
  #closed = false;

  constructor(options: SqliteRunStoreOptions) {
    this.directory = options.directory;
    this.#path = options.path;
    this.#database = options.database;
    this.#release = options.release;
    this.#logSync = new LogSync(options.path);
    this.modelCalls = new SqliteCallStore({
      database: options.database,
      path: options.path,
      transaction: (work) => this.transaction(work),
      transactionBeside: (work) => this.transactionBeside(work),
      checkOpen: () => this.#checkOpen(),
    });
    this.configuration = decodeJson(String(this.#rows("SELECT configuration FROM run")[0]?.configuration));
  }

  transaction<Result>(work: () => Result): Result {
    this.#checkOpen();
    // A nested transaction is a savepoint: taken back alone where the caller survives its error.
    const [begin, commit, rollback] =
      this.#depth === 0
        ? ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"]
        : [
            `SAVEPOINT s${this.#depth}`,
            `RELEASE s${this.#depth}`,
            `ROLLBACK TO s${this.#depth}; RELEASE s${this.#depth}`,
          ];
    if (this.#depth === 0) this.#setSynchronous(this.#isBeside ? "NORMAL" : "FULL");
    this.#execute(begin as string);
    this.#depth++;
    try {
      const result = work();
      checkSynchronous(result);
      this.#execute(commit as string);
      return result;
    } catch (error) {
      // SQLite ends a transaction by itself on some errors, a full disk among them.
      if (this.#database.isTransaction) this.#database.exec(rollback as string);
      throw error;
    } finally {
      this.#depth--;
    }
  }

  /** Writes at synchronous = NORMAL, which is SQLite's word for leaving the wait for the disk to others: to LogSync. */
  transactionBeside(work: () => void): () => Promise<void> {
    this.#checkOpen();
    // Within a transaction the level cannot be changed, and the one around it waits.
    if (this.#depth > 0 || !this.#logSync.isThere) {
      this.transaction(work);
      return async () => undefined;
    }
    this.#isBeside = true;
    try {
      this.transaction(work);
    } finally {
      this.#isBeside = false;
    }
    return () => this.#logSync.wait();
  }

  appendEvent(kind: string, payload: Json): void {
    this.#run("INSERT INTO events (kind, payload, time) VALUES (?, ?, ?)", [
      kind,
      encodeJson(payload, "an event"),
      Date.now(),
    ]);
  }

  events(kind?: string): StoredEvent[] {
    const toEvent = (row: Row): StoredEvent => ({
      sequence: row.sequence as number,
      kind: row.kind as string,
      payload: decodeJson(row.payload as string),
      time: row.time as number,
    });
    return kind === undefined
      ? this.#mapped("SELECT * FROM events ORDER BY sequence", [], toEvent)
      : this.#mapped("SELECT * FROM events WHERE kind = ? ORDER BY sequence", [kind], toEvent);
  }

  firstEventTime(): number | undefined {
    return this.#rows("SELECT time FROM events ORDER BY sequence LIMIT 1")[0]?.time as number | undefined;
  }

  countEvents(kind: string): number {
    return this.#count("SELECT count(*) AS number FROM events WHERE kind = ?", kind);
  }

  countEntries(archive: string): number {
    return this.#count("SELECT count(*) AS number FROM entries WHERE archive = ?", archive);
  }

  #count(query: string, value: string): number {
    return this.#mapped(query, [value], ({ number }) => Number(number))[0] ?? 0;
  }

  addEntries(entries: readonly StoredEntry[]): void {
    this.transaction(() => {
      for (const entry of entries) {
        checkEntry(entry);
        const { changes } = this.#run(
          `INSERT OR IGNORE INTO entries (id, parent, iteration, archive, cell, fitness, payload)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          [
            entry.id,
            entry.parentId,
            entry.iteration,
            entry.archive,
            entry.cell,
            entry.fitness,
            encodeJson(entry.payload, "an entry's payload"),
          ],
        );
        if (changes === 0) throw duplicateEntryError(entry.id);
      }
    });
  }

  entries(archive?: string): StoredEntry[] {
    return this.#mapEntries(archive, (entry) => entry);
  }

  mapEntries<Result>(archive: string, map: (entry: StoredEntry) => Result): Result[] {
    return this.#mapEntries(archive, map);
  }

  #mapEntries<Result>(archive: string | undefined, map: (entry: StoredEntry) => Result): Result[] {
    this.#checkOpen();
    const where = archive === undefined ? "" : "WHERE archive = ?";
    const statement = this.#statement(
      `SELECT id, parent, iteration, archive, cell, fitness, payload FROM entries ${where} ORDER BY position`,
    );
    // Rows as lists are read in two thirds of the time.
    statement.setReturnArrays(true);
    return withStorageErrors(this.#path, () => {
      const results: Result[] = [];
      const rows = statement.iterate(...(archive === undefined ? [] : [archive])) as Iterable<unknown>;
      // Row by row: to hold all rows beside what they become takes a third longer.
      for (const [id, parentId, iteration, of, cell, fitness, payload] of rows as Iterable<EntryRow>) {
        results.push(map({ id, parentId, iteration, archive: of, cell, fitness, payload: decodeJson(payload) }));
      }
      return results;
    });
  }

  addMetrics(metrics: readonly StoredMetric[]): void {
    this.transaction(() => {
      for (const { name, step, value } of metrics) {
        checkMetricStep(name, step);
        // SQLite has no NaN: it is kept as NULL.
        this.#run("INSERT OR REPLACE INTO metrics (name, step, value) VALUES (?, ?, ?)", [name, step, value]);
      }
    });
  }

  metrics(name?: string): StoredMetric[] {
    const rows =
      name === undefined
        ? this.#rows("SELECT * FROM metrics ORDER BY name, step")
        : this.#rows("SELECT * FROM metrics WHERE name = ? ORDER BY step", [name]);
    return rows.map((row) => ({
      name: row.name as string,
      step: row.step as number,
      value: row.value === null ? Number.NaN : (row.value as number),
    }));
  }

  call(key: string): Json | undefined {
    return this.#json("SELECT result AS json FROM calls WHERE key = ?", key);
  }

  addCall(key: string, result: Json): void {
    this.#run("INSERT OR IGNORE INTO calls (key, result) VALUES (?, ?)", [key, encodeJson(result, "a call's result")]);
  }

  hasState(key: string): boolean {
    return this.#rows("SELECT 1 FROM state WHERE key = ?", [key]).length > 0;
  }

  state(key: string): Json | undefined {
    return this.#json("SELECT value AS json FROM state WHERE key = ?", key);
  }

  setState(key: string, value: Json): void {
    this.#run("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", [key, encodeJson(value, "a state")]);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#logSync.close();
    try {
      withStorageErrors(this.#path, () => this.#database.close());
    } finally {
      this.#release();
    }
  }

  #json(sql: string, key: string): Json | undefined {
    const row = this.#rows(sql, [key])[0];
    return row === undefined ? undefined : decodeJson(row.json as string);
  }

  /** Row by row: to hold all rows beside what they become takes a third longer. */
  #mapped<Result>(sql: string, values: SQLInputValue[], map: (row: Row) => Result): Result[] {
    this.#checkOpen();
    return withStorageErrors(this.#path, () => {
      const results: Result[] = [];
      for (const row of this.#statement(sql).iterate(...values)) results.push(map(row as Row));
      return results;
    });
  }

  #rows(sql: string, values: SQLInputValue[] = []): Row[] {
    this.#checkOpen();
    return withStorageErrors(this.#path, () => this.#statement(sql).all(...values)) as Row[];
  }

  #run(sql: string, values: SQLInputValue[]) {
    this.#checkOpen();
    if (this.#depth === 0) this.#setSynchronous("FULL");
    return withStorageErrors(this.#path, () => this.#statement(sql).run(...values));
  }

  /** SQLite's own level, changed where the next commit needs another one: it cannot be within a transaction. */
  #setSynchronous(level: "NORMAL" | "FULL"): void {
    if (level === this.#synchronous) return;
    withStorageErrors(this.#path, () => this.#database.exec(`PRAGMA synchronous = ${level}`));
    this.#synchronous = level;
  }

  #execute(sql: string): void {
    withStorageErrors(this.#path, () => this.#statement(sql).run());
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #checkOpen(): void {
    if (this.#closed) throw closedStoreError(this.directory);
  }
}
