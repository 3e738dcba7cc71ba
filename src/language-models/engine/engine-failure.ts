/** Errors between threads: structured cloning keeps no class, so illume's own travel as their parts. */
import type { IllumeError, IllumeErrorOptions } from "../../core/errors/illume-error.ts";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../../core/errors/numerical-error.ts";
import { ShapeError } from "../../core/errors/shape-error.ts";

/** The classes that work in a thread can raise. */
const errorClasses = { InterruptedError, InvalidArgumentError, NumericalError, ShapeError };

export interface EngineFailure {
  readonly name: string;
  readonly message: string;
  /** The parts of an illume error's message. */
  readonly parts?: Pick<IllumeErrorOptions, "expected" | "received" | "remedy">;
}

export function describeFailure(error: unknown): EngineFailure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  if (!(name in errorClasses)) return { name, message };
  const { expected, received, remedy } = error as IllumeError;
  return { name, message, parts: { expected, received, remedy } };
}

export function failureError({ name, message, parts }: EngineFailure): Error {
  const known = parts && errorClasses[name as keyof typeof errorClasses];
  return known === undefined ? new Error(message) : new known(parts as IllumeErrorOptions);
}
