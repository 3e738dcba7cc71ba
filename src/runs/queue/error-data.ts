/** Errors of models as data, and back as what they were: a run treats a quota that ended elsewhere like one that ended here. */
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { IllumeError, type IllumeErrorOptions } from "../../core/errors/illume-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../../core/errors/numerical-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { ContextLengthError } from "../../language-models/context-length-error.ts";
import { withoutKeys } from "../../language-models/endpoints/endpoint-failure.ts";
import { EndpointUnavailableError } from "../../language-models/endpoints/errors/endpoint-unavailable-error.ts";
import { KeyRefusedError } from "../../language-models/endpoints/errors/key-refused-error.ts";
import { MissingKeyError } from "../../language-models/endpoints/errors/missing-key-error.ts";
import { MissingPackageError } from "../../language-models/endpoints/errors/missing-package-error.ts";
import { QuotaExhaustedError } from "../../language-models/endpoints/errors/quota-exhausted-error.ts";
import { RequestRefusedError } from "../../language-models/endpoints/errors/request-refused-error.ts";
import type { ErrorData } from "./call-job.ts";
import { QueueError } from "./queue-error.ts";

/** Errors that keep their kind. */
const kinds: readonly (new (options: IllumeErrorOptions) => IllumeError)[] = [
  ContextLengthError,
  CorruptFileError,
  EndpointUnavailableError,
  InvalidArgumentError,
  KeyRefusedError,
  MissingKeyError,
  MissingPackageError,
  NumericalError,
  QuotaExhaustedError,
  RequestRefusedError,
  StorageError,
  UnsupportedCapabilityError,
];

/** @param secrets texts that must not be told */
export function errorToData(error: unknown, secrets: readonly string[] = []): ErrorData {
  const clean = (text: string) => withoutKeys(text, secrets).slice(0, 2000);
  if (error instanceof IllumeError) {
    const { name, expected, received, remedy } = error;
    // Keys are those of the machine on which the worker runs, which is not told which one by the error alone.
    const where = error instanceof KeyRefusedError || error instanceof MissingKeyError ? ", where the worker runs" : "";
    return { name, expected: clean(expected), received: clean(received), remedy: `${clean(remedy)}${where}` };
  }
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    name: "Error",
    expected: "a worker to make a call",
    received: quotedText(clean(said), 300),
    remedy: "see what the worker said, then resume; what was reached is kept",
  };
}

/** An error of the same kind; of one that is not known, a QueueError. */
export function errorFromData({ name, expected, received, remedy }: ErrorData): IllumeError {
  const Kind = kinds.find((each) => each.name === name) ?? QueueError;
  return new Kind({ expected, received, remedy });
}
