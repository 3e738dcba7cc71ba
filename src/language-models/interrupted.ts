/** Stopping on request. */
import { InterruptedError } from "../core/errors/interrupted-error.ts";

/** What a model's work raises that was asked to stop. */
export function interrupted(): InterruptedError {
  return new InterruptedError({
    expected: "the model's work to be finished",
    received: "a request to stop",
    remedy: "start it again: what was committed is kept",
  });
}

/** As much of an AbortSignal as work looks at. */
export interface StopSignal {
  readonly aborted: boolean;
}

/** Throws InterruptedError where the signal has aborted. */
export function throwIfAborted(signal: StopSignal | undefined): void {
  if (signal?.aborted === true) throw interrupted();
}
