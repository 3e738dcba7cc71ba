import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";

/** A prompt that, with the answer asked for, is longer than what a model can look back at. */
export class ContextLengthError extends InvalidArgumentError {}
