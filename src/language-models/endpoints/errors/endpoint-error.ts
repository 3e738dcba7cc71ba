import { IllumeError } from "../../../core/errors/illume-error.ts";

/**
 * An endpoint that cannot be asked any further for now. It pauses a run: nothing more is sent, what was reached is kept,
 * and the run can be resumed once the cause is gone. Its message never holds a key.
 */
export abstract class EndpointError extends IllumeError {
  readonly exitCode = 7;
}
