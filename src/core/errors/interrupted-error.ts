import { IllumeError } from "./illume-error.ts";

/** The user asked to stop (Ctrl-C, SIGTERM); everything finished so far is committed. */
export class InterruptedError extends IllumeError {
  readonly exitCode = 130;
}
