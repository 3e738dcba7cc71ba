/**
 * Results of model calls that several runs share, at the same time too: one SQLite file that every process opens by
 * itself. What is in it was paid for; a key that is there keeps its first result.
 */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { makeFolder } from "../core/make-folder.ts";
import { quotedText } from "../core/quoted-text.ts";
import type { CallCache } from "../language-models/calls/call-store.ts";
import { type Database, openDatabase, withStorageErrors } from "./sqlite.ts";

/** "illc", SQLite's mark of whose file it is. */
const applicationId = 0x696c6c63;
const cacheFormat = 1;
const fileName = "calls.sqlite";

const table = `
  CREATE TABLE IF NOT EXISTS calls (key TEXT PRIMARY KEY, model TEXT NOT NULL, result TEXT NOT NULL) STRICT
`;

/**
 * Opens a shared cache and makes it where it is missing.
 *
 * @param path a file (ending in .sqlite or .db), or a folder for calls.sqlite
 * @throws StorageError where it cannot be written, CorruptFileError where the file is torn or something else's
 */
export function openCallCache(path: string): CallCache {
  const file = cacheFile(path);
  makeFolder(join(file, ".."));
  const database = openDatabase(file, { timeout: 30_000 });
  try {
    withStorageErrors(file, () => prepare(database, file));
    return callCache(database, file);
  } catch (error) {
    database.close();
    throw error;
  }
}

function cacheFile(path: string): string {
  const isFile = existsSync(path) ? statSync(path).isFile() : /\.(sqlite3?|db)$/u.test(path);
  return isFile ? resolve(path) : join(resolve(path), fileName);
}

function prepare(database: Database, file: string): void {
  // Who comes second waits here until the first has made the tables.
  database.exec("BEGIN IMMEDIATE");
  const [application, format] = [pragma(database, "application_id"), pragma(database, "user_version")];
  const tables = Number(database.prepare("SELECT count(*) AS number FROM sqlite_schema").get()?.number);
  if (application === 0 && tables === 0) {
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${cacheFormat}; ${table}`);
  } else if (application !== applicationId || format !== cacheFormat) {
    database.exec("ROLLBACK");
    throw new CorruptFileError({
      expected: `a cache of model calls of format ${cacheFormat}`,
      received: `${quotedText(file, 1000)}, ${application === applicationId ? `of format ${format}` : "a database of something else"}`,
      remedy: "choose another file with --cache",
    });
  }
  database.exec("COMMIT");
  writeAheadLog(database);
  database.exec("PRAGMA synchronous = FULL");
}

/** SQLite does not wait for others while it changes the way of writing, so the change is tried again. */
function writeAheadLog(database: Database): void {
  for (let attempt = 1; ; attempt++) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (attempt === 200) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function callCache(database: Database, file: string): CallCache {
  const select = database.prepare("SELECT result FROM calls WHERE key = ?");
  const insert = database.prepare("INSERT OR IGNORE INTO calls (key, model, result) VALUES (?, ?, ?)");
  let closed = false;
  return {
    results: (keys) =>
      withStorageErrors(file, () => {
        const found = new Map<string, string>();
        for (const key of keys) {
          const row = select.get(key);
          if (row !== undefined) found.set(key, row.result as string);
        }
        return found;
      }),
    add: (results) =>
      withStorageErrors(file, () => {
        database.exec("BEGIN IMMEDIATE");
        try {
          for (const { key, model, result } of results) insert.run(key, model, result);
          database.exec("COMMIT");
        } catch (error) {
          if (database.isTransaction) database.exec("ROLLBACK");
          throw error;
        }
      }),
    close: () => {
      if (!closed) withStorageErrors(file, () => database.close());
      closed = true;
    },
  };
}

function pragma(database: Database, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
