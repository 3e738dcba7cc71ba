import { IllumeError } from "./illume-error.ts";

/** The file system refused: an unwritable folder, a full disk, a missing file. */
export class StorageError extends IllumeError {
  readonly exitCode = 5;
}
