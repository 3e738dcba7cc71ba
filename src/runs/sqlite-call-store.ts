/**
 * The model calls of one run, in a table of its database.
 *
 * A row counts what its call has taken: when it starts, the most that it may take is added; when it ends, what it really
 * took is put in its place. So a sum over the table is what was spent at any moment, calls in flight at their worst, and
 * what a killed process had in flight stays spent.
 */
import type { StatementSync } from "node:sqlite";
import type { CallCost, Spending } from "../language-models/calls/call-cost.ts";
import type { CallChanges, CallStore, ModelSpending } from "../language-models/calls/call-store.ts";
import { type Database, withStorageErrors } from "./sqlite.ts";

/** Made when the first call is committed, so that runs without calls, and of older versions, have none. */
const table = `
  CREATE TABLE IF NOT EXISTS model_calls (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, model TEXT NOT NULL, revision TEXT NOT NULL,
    calls INTEGER NOT NULL DEFAULT 0, input_tokens INTEGER NOT NULL DEFAULT 0, output_tokens INTEGER NOT NULL DEFAULT 0,
    nanodollars INTEGER NOT NULL DEFAULT 0, unpriced_calls INTEGER NOT NULL DEFAULT 0,
    reused INTEGER NOT NULL DEFAULT 0, result TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS model_calls_spending ON model_calls (
    model, revision, calls, input_tokens, output_tokens, nanodollars, unpriced_calls
  );
  CREATE INDEX IF NOT EXISTS model_calls_reused ON model_calls (reused) WHERE reused > 0
`;

const start = `
  INSERT INTO model_calls (key, kind, model, revision, calls, input_tokens, output_tokens, nanodollars, unpriced_calls)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET calls = calls + excluded.calls, input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens, nanodollars = nanodollars + excluded.nanodollars,
    unpriced_calls = unpriced_calls + excluded.unpriced_calls
`;

const end = `
  UPDATE model_calls SET calls = calls + ?, input_tokens = input_tokens + ?, output_tokens = output_tokens + ?,
    nanodollars = nanodollars + ?, unpriced_calls = unpriced_calls + ?, result = coalesce(result, ?) WHERE key = ?
`;

const reuse = `
  INSERT INTO model_calls (key, kind, model, revision, reused, result) VALUES (?, ?, ?, ?, 1, ?)
  ON CONFLICT (key) DO UPDATE SET reused = 1, result = excluded.result WHERE result IS NULL
`;

/** Runs of older versions have no index of them. */
const countOfReused = "SELECT count(*) AS reused FROM model_calls WHERE reused > 0";

const countsOfResults = "SELECT count(result) AS complete, coalesce(sum(reused), 0) AS reused FROM model_calls";

/** Of the index alone: without it half a million calls would be sorted. */
const sumsByModel = `
  SELECT model, revision, sum(calls) AS calls, sum(input_tokens) AS inputTokens, sum(output_tokens) AS outputTokens,
    sum(nanodollars) AS nanodollars, sum(unpriced_calls) AS unpricedCalls
  FROM model_calls GROUP BY model, revision ORDER BY model, revision
`;

export interface SqliteCallStoreOptions {
  readonly database: Database;
  /** The database's file, for errors. */
  readonly path: string;
  /** Runs work in a transaction of the run's store; throws where that is closed. */
  readonly transaction: (work: () => void) => void;
  readonly transactionBeside: (work: () => void) => () => Promise<void>;
  /** Throws where the store is closed. */
  readonly checkOpen: () => void;
}

export class SqliteCallStore implements CallStore {
  readonly #options: SqliteCallStoreOptions;
  readonly #statements = new Map<string, StatementSync>();
  #hasTable = false;
  /** Sums over all calls, until this connection or another one commits: those of many calls take a while. */
  readonly #sums = new Map<string, unknown>();
  #sumsVersion: unknown;

  constructor(options: SqliteCallStoreOptions) {
    this.#options = options;
  }

  results(keys: readonly string[]): Map<string, string> {
    return this.#read(new Map(), () => {
      const select = this.#statement("SELECT result FROM model_calls WHERE key = ? AND result IS NOT NULL");
      return new Map(
        keys.flatMap((key) => {
          const row = select.get(key);
          return row === undefined ? [] : [[key, row.result as string] as const];
        }),
      );
    });
  }

  commit(changes: CallChanges): void {
    this.#options.transaction(() => this.#write(changes));
  }

  commitBeside(changes: CallChanges): () => Promise<void> {
    return this.#options.transactionBeside(() => this.#write(changes));
  }

  spending(): Spending {
    const sum = (read: (spending: Spending) => number) =>
      this.spendingByModel().reduce((total, { spending }) => total + read(spending), 0);
    return {
      calls: sum(({ calls }) => calls),
      inputTokens: sum(({ inputTokens }) => inputTokens),
      outputTokens: sum(({ outputTokens }) => outputTokens),
      nanodollars: sum(({ nanodollars }) => nanodollars),
      unpricedCalls: sum(({ unpricedCalls }) => unpricedCalls),
    };
  }

  spendingByModel(): readonly ModelSpending[] {
    return this.#summed(sumsByModel, [], (rows) =>
      rows.map((row) => {
        const { model, revision, calls, inputTokens, outputTokens, nanodollars, unpricedCalls } =
          row as unknown as Spending & Pick<ModelSpending, "model" | "revision">;
        return { model, revision, spending: { calls, inputTokens, outputTokens, nanodollars, unpricedCalls } };
      }),
    );
  }

  counts(): { readonly complete: number; readonly reused: number } {
    return this.#summed(countsOfResults, { complete: 0, reused: 0 }, ([row]) => {
      const { complete, reused } = row as unknown as { readonly complete: number; readonly reused: number };
      return { complete, reused };
    });
  }

  reused(): number {
    return this.#summed(countOfReused, 0, ([row]) => (row as unknown as { readonly reused: number }).reused);
  }

  #summed<Result>(sql: string, empty: Result, read: (rows: readonly unknown[]) => Result): Result {
    return this.#read(empty, () => {
      const work = () => read(this.#statement(sql).all());
      // What is read inside a transaction may be taken back.
      if (this.#options.database.isTransaction) return work();
      const version = this.#statement("PRAGMA data_version").get()?.data_version;
      if (this.#sumsVersion !== version) this.#sums.clear();
      this.#sumsVersion = version;
      const known = this.#sums.get(sql) as Result | undefined;
      if (known !== undefined) return known;
      const result = work();
      this.#sums.set(sql, result);
      return result;
    });
  }

  #write({ started, ended, reused }: CallChanges): void {
    this.#sums.clear();
    withStorageErrors(this.#options.path, () => {
      if (!this.#tableExists()) this.#options.database.exec(table);
      for (const { key, kind, model, revision, reserved } of started) {
        this.#statement(start).run(key, kind, model, revision, ...columns(reserved));
      }
      for (const { key, reserved, cost, result } of ended) {
        const [worst, taken] = [columns(reserved), columns(cost)];
        const changes = taken.map((value, column) => value - (worst[column] as number));
        this.#statement(end).run(...changes, result ?? null, key);
      }
      for (const { key, kind, model, revision, result } of reused) {
        this.#statement(reuse).run(key, kind, model, revision, result);
      }
    });
  }

  #read<Result>(empty: Result, work: () => Result): Result {
    this.#options.checkOpen();
    return withStorageErrors(this.#options.path, () => (this.#tableExists() ? work() : empty));
  }

  /** Asked each time until it is there: a reader may open a run before its writer makes a call. */
  #tableExists(): boolean {
    this.#hasTable ||=
      this.#statement("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'model_calls'").get() !== undefined;
    return this.#hasTable;
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#options.database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** calls, input_tokens, output_tokens, nanodollars, unpriced_calls */
function columns({ calls, inputTokens, outputTokens, nanodollars }: CallCost): number[] {
  return [calls, inputTokens, outputTokens, nanodollars ?? 0, nanodollars === undefined ? calls : 0];
}
