/** Errors as OpenAI's endpoints answer them: a status and {"error": {"message", "type", "param", "code"}}. */
import { IllumeError } from "../../core/errors/illume-error.ts";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { ContextLengthError } from "../context-length-error.ts";
import { EndpointUnavailableError } from "../endpoints/errors/endpoint-unavailable-error.ts";
import { QuotaExhaustedError } from "../endpoints/errors/quota-exhausted-error.ts";

/** What the error's JSON holds. */
export interface ApiErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    /** The parameter that is to blame, e.g. "messages[0].content". */
    readonly param: string | null;
    readonly code: string | null;
  };
}

export interface ApiErrorOptions {
  readonly status: number;
  readonly message: string;
  readonly param?: string;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An error that a client is told. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ApiErrorBody;

  constructor(options: ApiErrorOptions) {
    const { status, message, param = null, code = null, headers = {}, cause } = options;
    super(message, { cause });
    this.status = status;
    this.headers = headers;
    this.body = { error: { message, type: typeOf(status), param, code } };
  }
}

/**
 * What a client is told of any error: what it did wrong in full, of a fault inside no more than that there is one, since
 * its text may hold what is not the client's business (the cause is kept for the server's own log).
 * @param param the parameter to blame for a prompt that is too long
 */
export function apiErrorOf(error: unknown, param?: string): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof InvalidArgumentError || error instanceof UnsupportedCapabilityError) {
    return new ApiError({
      status: 400,
      message: error.message,
      ...(error instanceof UnsupportedCapabilityError && { code: "unsupported_capability" }),
      ...(error instanceof ContextLengthError && {
        code: "context_length_exceeded",
        ...(param !== undefined && { param }),
      }),
      cause: error,
    });
  }
  if (error instanceof InterruptedError) return shuttingDown(error);
  if (error instanceof EndpointUnavailableError || error instanceof QuotaExhaustedError) {
    const message = "the endpoint behind this server does not answer at the moment: ask again later";
    return new ApiError({ status: 503, message, code: "endpoint_unavailable", cause: error });
  }
  const name = error instanceof IllumeError ? error.name : "an unforeseen error";
  return new ApiError({
    status: 500,
    message: `the model failed (${name}): see the server's own output`,
    code: "model_failure",
    cause: error,
  });
}

/** What requests are told while the server is ending. */
export function shuttingDown(cause?: unknown): ApiError {
  return new ApiError({
    status: 503,
    message: "the server is shutting down: ask again when it is back",
    code: "shutting_down",
    headers: { connection: "close" },
    cause,
  });
}

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}
