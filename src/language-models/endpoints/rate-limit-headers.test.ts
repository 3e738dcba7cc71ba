import { describe, expect, test } from "vitest";
import { delay, rateLimitNotice } from "./rate-limit-headers.ts";

const now = Date.parse("2026-10-21T07:28:00Z");

describe("delays in headers", () => {
  test.each<[string | undefined, number | undefined]>([
    ["20", 20_000],
    ["0.5", 500],
    ["0", 0],
    ["6m0s", 360_000],
    ["120ms", 120],
    ["1h2m3s", 3_723_000],
    ["1.5s", 1500],
    ["Wed, 21 Oct 2026 07:28:10 GMT", 10_000],
    ["2026-10-21T07:29:00Z", 60_000],
    ["2026-10-21T07:00:00Z", 0],
    ["soon", undefined],
    ["-1", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%j is %s ms", (text, milliseconds) => {
    const read = delay(text, now);
    if (milliseconds === undefined) expect(read === undefined || read === 0).toBe(true);
    else expect(read).toBeCloseTo(milliseconds, 6);
  });
});

describe("what headers tell of limits", () => {
  test("retry-after, in milliseconds first", () => {
    expect(rateLimitNotice({ "retry-after": "2" }, now)).toEqual({ retryAfter: 2000 });
    expect(rateLimitNotice({ "retry-after": "2", "retry-after-ms": "150" }, now)).toEqual({ retryAfter: 150 });
  });

  test("remaining requests of OpenAI and of Anthropic", () => {
    expect(rateLimitNotice({ "x-ratelimit-remaining-requests": "7" }, now)).toEqual({ remaining: 7 });
    expect(rateLimitNotice({ "anthropic-ratelimit-requests-remaining": "3" }, now)).toEqual({ remaining: 3 });
  });

  test("where none remain, the next comes after its part of the time to the reset", () => {
    const openai = {
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-reset-requests": "1m0s",
    };
    expect(rateLimitNotice(openai, now)).toEqual({ remaining: 0, nextRequest: 1000 });
    const anthropic = {
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-10-21T07:28:30Z",
    };
    expect(rateLimitNotice(anthropic, now)).toEqual({ remaining: 0, nextRequest: 30_000 });
  });

  test("nothing from nothing, and from nonsense", () => {
    expect(rateLimitNotice({}, now)).toEqual({});
    expect(rateLimitNotice({ "x-ratelimit-remaining-requests": "many", "retry-after": "later" }, now)).toEqual({});
  });
});
