/** The JSON object of a request's body. */
import type { IncomingMessage } from "node:http";
import { ApiError } from "./api-error.ts";

/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads no more than `maximumBytes`.
 * Throws ApiError 415 for another content type, 413 for a longer body, 400 for what is no JSON object.
 */
export async function readJsonBody(request: IncomingMessage, maximumBytes: number): Promise<JsonObject> {
  requireJson(request);
  if (Number(request.headers["content-length"] ?? 0) > maximumBytes) throw tooLarge(maximumBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The rest of a body that is too large is read and thrown away, so that the client comes to read the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maximumBytes) throw tooLarge(maximumBytes);
    chunks.push(chunk);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw notAnObject(cause instanceof SyntaxError ? "text that is no JSON" : "bytes that are no UTF-8", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAnObject("other JSON");
  return value as JsonObject;
}

/** A browser sends this content type to other origins only after asking, which nothing here answers. */
function requireJson(request: IncomingMessage): void {
  const type = request.headers["content-type"] ?? "";
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/iu.test(type) && encoding === "identity") return;
  throw new ApiError({
    status: 415,
    message: "expected a body of content type application/json in UTF-8, not compressed, but got another",
    code: "unsupported_media_type",
  });
}

function tooLarge(maximumBytes: number): ApiError {
  return new ApiError({
    status: 413,
    message: `expected a body of at most ${maximumBytes} bytes, but got a longer one: send fewer or shorter prompts`,
    code: "request_too_large",
  });
}

function notAnObject(received: string, cause?: unknown): ApiError {
  return new ApiError({
    status: 400,
    message: `expected a JSON object as body, but got ${received}`,
    code: "invalid_json",
    cause,
  });
}
