/** Opens Node's built-in SQLite without its experimental warning, and turns its errors into illume's. */
import type { DatabaseSync, DatabaseSyncOptions } from "node:sqlite";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { IllumeError } from "../core/errors/illume-error.ts";
import { RunLockedError } from "../core/errors/run-locked-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import { programCommand } from "../core/program-command.ts";

export type Database = DatabaseSync;

type SqliteModule = typeof import("node:sqlite");
let loaded: SqliteModule | undefined;

/** Node before 24 warns when the module loads, so it is loaded late and its warning alone is dropped. */
function sqliteModule(): SqliteModule {
  if (loaded !== undefined) return loaded;
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes("SQLite")) Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    loaded = process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
  if (loaded === undefined) {
    throw new UnsupportedCapabilityError({
      expected: "Node 22.18 or newer with its built-in SQLite",
      received: `Node ${process.version}`,
      remedy: "run with a newer Node (npm run illume brings its own)",
    });
  }
  return loaded;
}

/** @throws StorageError or CorruptFileError where the file cannot be opened */
export function openDatabase(path: string | URL, options: DatabaseSyncOptions = {}): Database {
  const { DatabaseSync } = sqliteModule();
  try {
    return new DatabaseSync(path, options);
  } catch (error) {
    throw storageError(error, String(path));
  }
}

/** Runs `work`; errors of SQLite and of the file system become typed ones that name the file. */
export function withStorageErrors<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw storageError(error, path);
  }
}

// Primary result codes, https://www.sqlite.org/rescode.html; the lower eight bits of `errcode`.
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;
const IO_ERROR = 10;

/** The typed error for what SQLite or the file system threw about a file; anything else is returned as it is. */
export function storageError(error: unknown, path: string): unknown {
  if (error instanceof IllumeError || !(error instanceof Error)) return error;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  const keep = "what was committed before is kept";
  if (code === "ERR_SQLITE_ERROR" && typeof errcode === "number") {
    const received = `${error.message} (SQLite ${errcode}) for ${path}`;
    switch (errcode & 0xff) {
      case FULL:
        return fullDisk(path, error);
      case IO_ERROR:
        return new StorageError({
          expected: "a disk that reads and writes",
          received,
          remedy: `check the disk and its free space; ${keep}`,
          cause: error,
        });
      case READONLY:
      case CANNOT_OPEN:
        return new StorageError({
          expected: "a folder that can be written to",
          received,
          remedy: "check its permissions, or choose another folder with --output",
          cause: error,
        });
      case CORRUPT:
      case NOT_A_DATABASE:
        return new CorruptFileError({
          expected: "a run database of illume",
          received,
          remedy: "restore the file from a copy or start a new run",
          cause: error,
        });
      case BUSY:
      case LOCKED:
        return new RunLockedError({
          expected: "a run database that no other process is changing",
          received,
          remedy: "wait for the other process to end",
          cause: error,
        });
      default:
        return error;
    }
  }
  if (code === "ENOSPC" || code === "EDQUOT") return fullDisk(path, error);
  if (typeof code === "string" && ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOENT", "EIO"].includes(code)) {
    return new StorageError({
      expected: "a folder that can be written to",
      received: `${code} for ${path}`,
      remedy: "check the path and its permissions, or choose another folder with --output",
      cause: error,
    });
  }
  return error;
}

function fullDisk(path: string, cause: Error): StorageError {
  return new StorageError({
    expected: "free space on the disk",
    received: `a full disk while writing ${path}`,
    remedy: `free some space, then go on with ${programCommand} resume; what was committed before is kept`,
    cause,
  });
}
