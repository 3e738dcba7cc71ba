/** The folder that holds the runs' folders: their names, and which there are. */
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { StorageError } from "../core/errors/storage-error.ts";
import { makeFolder } from "../core/make-folder.ts";
import { runDatabaseName } from "./run-database.ts";
import { withStorageErrors } from "./sqlite.ts";

/** A folder with a run in it. */
export interface RunFolder {
  readonly name: string;
  readonly directory: string;
  /** When its record last changed, in milliseconds since 1970. */
  readonly changed: number;
}

/** The runs in a folder, the latest first; none where the folder does not exist. */
export function listRuns(root: string): RunFolder[] {
  if (!existsSync(root)) return [];
  const folders: RunFolder[] = [];
  for (const name of withStorageErrors(root, () => readdirSync(root))) {
    const directory = join(root, name);
    const changes = [join(directory, runDatabaseName), join(directory, `${runDatabaseName}-wal`)].map(
      (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs,
    );
    const [database, log] = changes;
    if (database !== undefined) folders.push({ name, directory, changed: Math.max(database, log ?? 0) });
  }
  return folders.sort((a, b) => b.changed - a.changed || (a.name < b.name ? 1 : -1));
}

/** What the name of a new run's folder is made of. */
export interface NewRunNameOptions {
  /** The folder that holds the runs' folders; made where it is missing. */
  readonly root: string;
  /** What the run does, e.g. "improve". */
  readonly purpose: string;
  /** Default: now. */
  readonly date?: Date;
}

/**
 * A readable name that no other run has, e.g. "improve-2026-11-23-001", with its folder already made: two runs that
 * start at the same moment get two names.
 *
 * @throws StorageError where the folder cannot be written to
 */
export function newRunName(options: NewRunNameOptions): string {
  const day = localDay(options.date ?? new Date());
  makeRoot(options.root);
  for (let number = 1; ; number++) {
    const name = `${options.purpose}-${day}-${String(number).padStart(3, "0")}`;
    const directory = join(options.root, name);
    if (existsSync(directory)) continue;
    try {
      mkdirSync(directory);
      return name;
    } catch (error) {
      if ((error as { code?: string }).code === "EEXIST") continue;
      return withStorageErrors(directory, () => {
        throw error;
      });
    }
  }
}

function makeRoot(root: string): void {
  try {
    makeFolder(root);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const { expected, received, remedy, cause } = error;
    throw new StorageError({
      expected,
      received,
      remedy: remedy.replace("another folder", "another folder with --output"),
      cause,
    });
  }
}

function localDay(date: Date): string {
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return [year, String(month).padStart(2, "0"), String(day).padStart(2, "0")].join("-");
}
