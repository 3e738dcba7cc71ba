import { IllumeError } from "../src/core/errors/illume-error.ts";

/** A side of a benchmark that failed, or an environment of the peers that cannot be made. */
export class BenchmarkError extends IllumeError {
  readonly exitCode = 1;
}
