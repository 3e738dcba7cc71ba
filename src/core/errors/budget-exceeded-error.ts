import { IllumeError } from "./illume-error.ts";

/** The next call might exceed what the user allows; everything so far is kept, and a run goes on with a higher cap. */
export class BudgetExceededError extends IllumeError {
  readonly exitCode = 7;
}
