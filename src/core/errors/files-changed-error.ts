import { IllumeError } from "./illume-error.ts";

/** A file that a run depends on is not what it was when the run began. */
export class FilesChangedError extends IllumeError {
  readonly exitCode = 6;
}
