import { IllumeError } from "./illume-error.ts";

/** A value that a function, a flag or a file cannot take. */
export class InvalidArgumentError extends IllumeError {
  readonly exitCode = 2;
}
