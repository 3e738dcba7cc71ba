import { IllumeError } from "./illume-error.ts";

/** A run folder or checkpoint written by an incompatible version of illume. */
export class RunVersionError extends IllumeError {
  readonly exitCode = 6;
}
