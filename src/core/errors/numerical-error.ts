import { IllumeError } from "./illume-error.ts";

/** NaN or infinity where a finite number is needed; the last good state is kept. */
export class NumericalError extends IllumeError {
  readonly exitCode = 4;
}
