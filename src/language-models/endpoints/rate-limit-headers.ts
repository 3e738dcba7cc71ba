/** What response headers tell of an endpoint's limits on requests. */

/** Header names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | undefined>>;

/** Limits as headers tell them. */
export interface RateLimitNotice {
  /** Milliseconds to wait before the next request. */
  readonly retryAfter?: number;
  /** Requests that the endpoint would still take now. */
  readonly remaining?: number;
  /** Milliseconds until it takes one more, where none remain. */
  readonly nextRequest?: number;
}

/**
 * Reads retry-after (seconds or a date), retry-after-ms, and the remaining-requests headers of OpenAI
 * (x-ratelimit-remaining-requests, reset as "6m0s") and Anthropic (anthropic-ratelimit-requests-remaining, reset as a
 * date). Both refill steadily until the reset, so that with `limit - remaining` missing requests the next one is there
 * after that part of the time. What cannot be read is left out.
 *
 * @param now milliseconds since 1970
 */
export function rateLimitNotice(headers: ResponseHeaders, now: number): RateLimitNotice {
  const retryAfter = milliseconds(headers["retry-after-ms"], 1) ?? delay(headers["retry-after"], now);
  const read = (part: string) =>
    headers[`x-ratelimit-${part}-requests`] ?? headers[`anthropic-ratelimit-requests-${part}`];
  const remaining = milliseconds(read("remaining"), 1);
  const limit = milliseconds(read("limit"), 1);
  const reset = delay(read("reset"), now);
  const missing = limit !== undefined && remaining !== undefined ? Math.max(1, limit - remaining) : 1;
  return {
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(remaining === 0 && reset !== undefined ? { nextRequest: reset / missing } : {}),
  };
}

function milliseconds(text: string | undefined, unit: number): number | undefined {
  if (text === undefined || !/^\s*\d+(\.\d+)?\s*$/u.test(text)) return undefined;
  return Number(text) * unit;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "20", "0.5", "6m0s", "120ms", "Wed, 21 Oct 2026 07:28:00 GMT", "2026-10-21T07:28:00Z" as milliseconds from now. */
export function delay(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = milliseconds(text, 1000);
  if (seconds !== undefined) return seconds;
  if (/^(\d+(\.\d+)?(ms|s|m|h|d))+$/u.test(text)) {
    const parts = text.matchAll(/([\d.]+)(ms|[smhd])/gu);
    return [...parts].reduce((sum, [, value, unit]) => sum + Number(value) * (units[unit as string] as number), 0);
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
