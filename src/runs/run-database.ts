/** Makes and opens run folders: NAME/{run.sqlite, checkpoints/, report.html}. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { RunVersionError } from "../core/errors/run-version-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { makeFolder } from "../core/make-folder.ts";
import { packageVersion } from "../core/package-root.ts";
import { programCommand } from "../core/program-command.ts";
import { currentEnvironment, environmentKey } from "./run-environment.ts";
import type { Json, RunStore } from "./run-store.ts";
import { type Database, openDatabase, withStorageErrors } from "./sqlite.ts";
import { runTables, SqliteRunStore } from "./sqlite-run-store.ts";
import { encodeJson } from "./stored-json.ts";
import { takeWriterLock } from "./writer-lock.ts";

/** "illu", SQLite's mark of whose file it is. */
const applicationId = 0x696c6c75;
/** The format of the tables, in SQLite's user_version. */
export const runFormat = 1;
export const runDatabaseName = "run.sqlite";

/** Where a new run is kept, and what it starts with. */
export interface CreateRunOptions {
  /** The run's folder; made where it is missing. */
  readonly directory: string;
  readonly configuration: Json;
  /** Named states that the run has from its first moment on; see RunStore.setState. */
  readonly state?: Readonly<Record<string, Json>>;
}

/**
 * Starts a run in a folder that holds none yet, and becomes its one writer.
 *
 * @throws InvalidArgumentError where the folder holds a run already; RunLockedError, StorageError, CorruptFileError
 */
export function createRun(options: CreateRunOptions): RunStore {
  const directory = resolve(options.directory);
  const path = join(directory, runDatabaseName);
  const configuration = encodeJson(options.configuration, "a configuration");
  const states: Readonly<Record<string, Json>> = { [environmentKey]: { ...currentEnvironment() }, ...options.state };
  const state = Object.entries(states).map(([key, value]) => [key, encodeJson(value, "a state")] as const);
  makeFolder(directory);
  return openLocked(directory, path, (database) => {
    const identity = identify(database);
    if (identity === "foreign") throw notARunError(identity, path);
    if (identity === "run") {
      throw new InvalidArgumentError({
        expected: "a folder without a run",
        received: `${directory}, which holds one`,
        remedy: `go on with it (${programCommand} resume ${options.directory}) or choose another folder`,
      });
    }
    writeAheadLog(database);
    database.exec("BEGIN IMMEDIATE");
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${runFormat}; ${runTables}`);
    database
      .prepare("INSERT INTO run (only, illume, configuration, created, writer) VALUES (1, ?, ?, ?, ?)")
      .run(packageVersion, configuration, Date.now(), process.pid);
    const insert = database.prepare("INSERT INTO state (key, value) VALUES (?, ?)");
    for (const [key, value] of state) insert.run(key, value);
    database.exec("COMMIT");
  });
}

/** Which run to open, and whether to write. */
export interface OpenRunOptions {
  /** The run's folder. */
  readonly directory: string;
  /** "write" makes this store the run's one writer; "read" works beside a writer and writes nothing. */
  readonly mode: "read" | "write";
}

/**
 * Opens a run that exists.
 *
 * @throws StorageError where there is none, RunVersionError where another version of illume made it,
 *   CorruptFileError where its file is torn or foreign, RunLockedError where another process writes to it
 */
export function openRun(options: OpenRunOptions): RunStore {
  const directory = resolve(options.directory);
  const path = join(directory, runDatabaseName);
  if (!existsSync(path)) {
    throw new StorageError({
      expected: `a run folder, with ${runDatabaseName} in it`,
      received: directory,
      remedy: "check its name",
    });
  }
  if (options.mode === "read") return openReader(directory, path);
  return openLocked(directory, path, (database) => {
    checkRun(database, path);
    checkPages(database, path);
    writeAheadLog(database);
    database.prepare("UPDATE run SET writer = ?").run(process.pid);
  });
}

function openLocked(directory: string, path: string, prepare: (database: Database) => void): RunStore {
  const release = takeWriterLock(directory, () => describeWriter(path));
  try {
    return openStore({ directory, path, release, database: openDatabase(path, { timeout: 10_000 }), prepare });
  } catch (error) {
    release();
    throw error;
  }
}

function openReader(directory: string, path: string): RunStore {
  const database = openDatabase(readableLocation(directory, path), { readOnly: true, timeout: 10_000 });
  const prepare = (opened: Database) => {
    checkRun(opened, path);
    // Most of the file are entries and calls: whoever reads entries reads them all, which finds the same damage, and of the
    // calls a reader takes but sums.
    const tables = opened
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('entries', 'model_calls', 'sqlite_sequence')",
      )
      .all();
    for (const { name } of tables) checkPages(opened, path, String(name));
  };
  return openStore({ directory, path, release: () => {}, database, prepare });
}

function openStore(options: {
  readonly directory: string;
  readonly path: string;
  readonly database: Database;
  readonly release: () => void;
  readonly prepare: (database: Database) => void;
}): RunStore {
  try {
    withStorageErrors(options.path, () => options.prepare(options.database));
    return withStorageErrors(options.path, () => new SqliteRunStore(options));
  } catch (error) {
    options.database.close();
    throw error;
  }
}

/** SQLite reads a write-ahead log only where it may write beside it; a run on a read-only disk is opened as immutable. */
function readableLocation(directory: string, path: string): string | URL {
  try {
    accessSync(directory, constants.W_OK);
    return path;
  } catch {
    const log = `${path}-wal`;
    if (existsSync(log) && statSync(log).size > 0) return path;
    const location = pathToFileURL(path);
    location.searchParams.set("immutable", "1");
    return location;
  }
}

function writeAheadLog(database: Database): void {
  // The log is put into the database every 16 MiB: pages that many commits change are written there once.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000");
}

function identify(database: Database): "run" | "empty" | "foreign" {
  const application = pragma(database, "application_id");
  if (application === applicationId) return "run";
  const tables = database.prepare("SELECT count(*) AS number FROM sqlite_schema").get();
  return application === 0 && tables?.number === 0 ? "empty" : "foreign";
}

function checkRun(database: Database, path: string): void {
  const identity = identify(database);
  if (identity !== "run") {
    throw notARunError(identity, path);
  }
  const format = pragma(database, "user_version");
  if (format !== runFormat) {
    const version = String(database.prepare("SELECT illume FROM run").get()?.illume);
    throw new RunVersionError({
      expected: `a run of format ${runFormat} (illume ${packageVersion})`,
      received: `${path} of format ${format} (illume ${version})`,
      remedy: `open it with that version (npx illume@${version}), or start a new run`,
    });
  }
}

/** Throws CorruptFileError where pages of a table, or of the whole file, are damaged. */
function checkPages(database: Database, path: string, table?: string): void {
  const which = table === undefined ? "1" : `'${table.replaceAll("'", "''")}'`;
  const [row] = database.prepare(`PRAGMA quick_check(${which})`).all();
  if (row?.quick_check !== "ok") {
    throw new CorruptFileError({
      expected: "an undamaged run database",
      received: `${path}: ${String(row?.quick_check)}`,
      remedy: "restore the file from a copy or start a new run",
    });
  }
}

function notARunError(identity: "empty" | "foreign", path: string): CorruptFileError {
  return new CorruptFileError({
    expected: "a run database of illume",
    received: identity === "empty" ? `an empty one, ${path}` : `${path}, a database of something else`,
    remedy: identity === "empty" ? "remove the folder: its run was ended before it began" : "check the folder's name",
  });
}

function describeWriter(path: string): string {
  try {
    const database = openDatabase(path, { readOnly: true });
    try {
      const writer = database.prepare("SELECT writer FROM run").get()?.writer;
      return typeof writer === "number" ? `process ${writer}` : "another process";
    } finally {
      database.close();
    }
  } catch {
    return "another process";
  }
}

function pragma(database: Database, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
