/**
 * The lock of a run's one writer. It is the operating system's lock on an open file (taken by an exclusive SQLite
 * transaction on an empty database), so it ends with its process however that dies; nothing has to be cleaned up.
 */
import { join } from "node:path";
import { RunLockedError } from "../core/errors/run-locked-error.ts";
import { openDatabase, withStorageErrors } from "./sqlite.ts";

/**
 * Takes the lock of a run folder and returns how to give it up.
 *
 * @param describeWriter who holds the lock as far as is known, e.g. "process 123"
 * @throws RunLockedError where another process, or another store of this process, has it
 */
export function takeWriterLock(directory: string, describeWriter: () => string): () => void {
  const path = join(directory, ".writer-lock");
  const database = openDatabase(path, { timeout: 0 });
  try {
    withStorageErrors(path, () => database.exec("BEGIN EXCLUSIVE"));
  } catch (error) {
    database.close();
    if (!(error instanceof RunLockedError)) throw error;
    throw new RunLockedError({
      expected: "a run folder that nothing else is writing to",
      received: `${directory}, in use by ${describeWriter()}`,
      remedy: "wait for it to end, stop it, or choose another folder",
      cause: error.cause,
    });
  }
  // The file stays: removing it would let a second writer lock a new file of the same name.
  return () => database.close();
}
