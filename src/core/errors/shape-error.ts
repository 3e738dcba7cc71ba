import { IllumeError } from "./illume-error.ts";

/** Arrays whose shapes or element types do not fit the operation; the message names the operation and the caller's line. */
export class ShapeError extends IllumeError {
  readonly exitCode = 2;
}
