import { IllumeError } from "./illume-error.ts";

/** Something that this implementation of an interface cannot do (a model without embeddings, an operation without a second derivative). */
export class UnsupportedCapabilityError extends IllumeError {
  readonly exitCode = 3;
}
