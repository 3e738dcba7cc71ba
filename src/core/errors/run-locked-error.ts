import { IllumeError } from "./illume-error.ts";

/** A run folder that another process is writing to. */
export class RunLockedError extends IllumeError {
  readonly exitCode = 6;
}
