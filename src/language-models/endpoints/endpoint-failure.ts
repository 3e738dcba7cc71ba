/**
 * What went wrong with one request to an endpoint, and so what is to be done: wait, try again, stop, or take it as the
 * result.
 */
import { APICallError } from "@ai-sdk/provider";
import { quotedText } from "../../core/quoted-text.ts";
import { delay, type ResponseHeaders, rateLimitNotice } from "./rate-limit-headers.ts";
import { WireFailure } from "./wire-failure.ts";

/**
 * rate-limit: wait, then again; quota, key: nothing more can be sent; transient: again after a while (overloaded: with
 * fewer requests at once); request: the endpoint finds the request wrong; refusal, unusable: the answer is a result.
 */
export type EndpointFailureKind =
  | "rate-limit"
  | "quota"
  | "key"
  | "transient"
  | "overloaded"
  | "request"
  | "refusal"
  | "unusable";

/** A request without a usable answer. */
export interface EndpointFailure {
  readonly kind: EndpointFailureKind;
  /** One line for people, e.g. `HTTP 503: "try later"`; what the endpoint said is in quotes, without keys. */
  readonly reason: string;
  /** Milliseconds that the endpoint asked to wait. */
  readonly retryAfter?: number;
  readonly headers?: ResponseHeaders;
  /** Set where no answer came although the request may have been answered, and charged. */
  readonly mayBeCharged?: true;
}

const quotaSigns =
  /insufficient_quota|quota_exceeded|billing_(hard_limit|not_active)|credit balance is too low|insufficient (credits|balance|funds)|PerDay|payment.required/iu;
const filterSigns = /content_filter|content_policy|ResponsibleAIPolicy|moderation|flagged|"invalid_prompt"/iu;
const overflowSigns = /context_length_exceeded|maximum context length|prompt is too long|context (size|window)/iu;

/**
 * Classifies what a call of an AI SDK model threw.
 * @param now milliseconds since 1970 @param secrets texts that must not appear in a reason
 */
export function endpointFailure(error: unknown, now: number, secrets: readonly string[] = []): EndpointFailure {
  const saying = (text: string) => quotedText(withoutKeys(text, secrets), 200);
  if (error instanceof WireFailure) {
    return { kind: error.kind, reason: error.message, ...(error.mayBeCharged && { mayBeCharged: true }) };
  }
  if (!APICallError.isInstance(error)) {
    const said = error instanceof Error ? error.message : String(error);
    return { kind: "unusable", reason: `an answer that cannot be used (${saying(said)})` };
  }
  const { statusCode: status, responseBody = "", responseHeaders: headers = {} } = error;
  if (status === undefined) {
    return { kind: error.isRetryable ? "transient" : "unusable", reason: `no answer (${saying(error.message)})` };
  }
  if (status < 400) return { kind: "unusable", reason: `an answer that cannot be used (${saying(error.message)})` };
  const reason = `HTTP ${status} (${saying(error.message || responseBody)})`;
  const said = `${error.message} ${responseBody}`;
  const kind = kindOfStatus(status, said);
  if (kind !== "rate-limit") return { kind, reason, headers };
  // Google tells the wait in the body.
  const told = /"retryDelay":\s*"([\d.]+s)"/u.exec(responseBody)?.[1];
  const retryAfter = rateLimitNotice(headers, now).retryAfter ?? delay(told, now);
  return { kind, reason, headers, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

function kindOfStatus(status: number, said: string): EndpointFailureKind {
  if (status === 402 || ([400, 403, 429].includes(status) && quotaSigns.test(said))) return "quota";
  if (status === 429) return "rate-limit";
  if ([400, 403, 422, 451].includes(status) && filterSigns.test(said)) return "refusal";
  if (status === 401 || status === 403) return "key";
  if ([503, 529].includes(status)) return "overloaded";
  if (status >= 500 || [408, 409, 425].includes(status)) return "transient";
  if (status === 413 || overflowSigns.test(said)) return "unusable";
  return "request";
}

/** Keys have a prefix and a long rest, or follow a word that announces them; endpoints repeat them in their messages. */
export function withoutKeys(text: string, secrets: readonly string[] = []): string {
  const known = secrets.filter((secret) => secret.length >= 4);
  return known
    .reduce((rest, secret) => rest.replaceAll(secret, "[key]"), text)
    .replace(/\b(sk|pk|rk|hf|key|gsk|xai|ghp|api)[-_][\w*.-]{6,}/giu, "[key]")
    .replace(/\bAIza[\w-]{10,}/gu, "[key]")
    .replace(/\b(bearer|api.?key(?: provided)?:?|authorization:?|x-api-key:?)\s+["']?[^\s"',]{4,}/giu, "$1 [key]");
}
