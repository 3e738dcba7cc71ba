import { IllumeError } from "./illume-error.ts";

/** A file that is torn, has a wrong checksum, or is not of the format it claims. */
export class CorruptFileError extends IllumeError {
  readonly exitCode = 5;
}
