import { IllumeError } from "../../../core/errors/illume-error.ts";

/** An optional package that is not installed; the message says which `npm install` brings it. */
export class MissingPackageError extends IllumeError {
  readonly exitCode = 3;
}
