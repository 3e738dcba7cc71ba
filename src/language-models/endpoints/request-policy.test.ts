import { APICallError } from "@ai-sdk/provider";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../tests/endpoint/virtual-clock.ts";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../core/random.ts";
import { EndpointUnavailableError } from "./errors/endpoint-unavailable-error.ts";
import { KeyRefusedError } from "./errors/key-refused-error.ts";
import { QuotaExhaustedError } from "./errors/quota-exhausted-error.ts";
import { RequestRefusedError } from "./errors/request-refused-error.ts";
import { RequestPolicy, type RequestPolicyOptions } from "./request-policy.ts";

function failing(statusCode: number, responseBody = "", responseHeaders: Record<string, string> = {}): APICallError {
  return new APICallError({ message: "no", url: "", requestBodyValues: {}, statusCode, responseBody, responseHeaders });
}

/** Answers, errors, or answers with headers, given out in order; what comes last stays. */
function script(...steps: readonly (string | Error | { readonly headers: Record<string, string> })[]) {
  let sent = 0;
  const send = async () => {
    const step = steps[Math.min(sent++, steps.length - 1)] as (typeof steps)[number];
    if (step instanceof Error) throw step;
    return typeof step === "string" ? { answer: step } : { answer: "yes", headers: step.headers };
  };
  return { send, sent: () => sent };
}

function policyOf(options: Partial<RequestPolicyOptions> = {}) {
  const clock = new VirtualClock();
  return { clock, policy: new RequestPolicy({ name: "test", clock, ...options }) };
}

describe("repetition", () => {
  test("a rate limit is waited out as long as it asks, and not counted", async () => {
    const { clock, policy } = policyOf({ attempts: 1 });
    const limit = failing(429, "", { "retry-after": "7" });
    const { send, sent } = script(limit, limit, limit, "yes");
    expect(await policy.request(send)).toEqual({ answer: "yes" });
    expect(sent()).toBe(4);
    expect(clock.slept).toHaveLength(3);
    for (const wait of clock.slept) {
      expect(wait).toBeGreaterThanOrEqual(7000);
      expect(wait).toBeLessThanOrEqual(7700);
    }
  });

  test("without a time it waits ever longer, by chance", async () => {
    const limit = failing(429);
    const waits = async (seed: number) => {
      const { clock, policy } = policyOf({ random: new RandomStream(seed) });
      await policy.request(script(limit, limit, limit, "yes").send);
      return clock.slept;
    };
    const first = await waits(0);
    expect(first).toHaveLength(3);
    for (const [index, wait] of first.entries()) {
      expect(wait).toBeGreaterThanOrEqual(250 * 2 ** index);
      expect(wait).toBeLessThan(500 * 2 ** index);
    }
    expect(await waits(0)).toEqual(first);
    expect(await waits(1)).not.toEqual(first);
  });

  test.each([500, 502, 503, 529, 408])("status %d is tried again", async (status) => {
    const { policy } = policyOf();
    expect(await policy.request(script(failing(status), failing(status), "yes").send)).toEqual({ answer: "yes" });
  });

  test("nobody answered: the endpoint is unavailable, and nothing more is sent", async () => {
    const { policy } = policyOf({ attempts: 3 });
    const { send, sent } = script(failing(500));
    await expect(policy.request(send)).rejects.toThrow(EndpointUnavailableError);
    await expect(policy.request(send)).rejects.toThrow("HTTP 500");
    expect(sent()).toBe(3);
  });

  test("others were answered: the failure is this request's result", async () => {
    const { policy } = policyOf({ attempts: 3 });
    const bad = policy.request(script(failing(500)).send);
    await policy.request(script("yes").send);
    expect(await bad).toMatchObject({ failure: { kind: "unusable", reason: expect.stringContaining("HTTP 500") } });
    expect(await policy.request(script("yes").send)).toEqual({ answer: "yes" });
  });

  test("silence is ended by the time-out", async () => {
    const { policy } = policyOf({ attempts: 2, timeout: 5 });
    const silent = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    await expect(policy.request(silent)).rejects.toThrow(EndpointUnavailableError);
  });

  test("tells of each wait in one line", async () => {
    const notices: string[] = [];
    const { policy } = policyOf({ onWait: (notice) => notices.push(notice) });
    await policy.request(script(failing(429, "", { "retry-after": "7" }), "yes").send);
    expect(notices).toEqual(['test: HTTP 429 ("no"); again in 7.0 s']);
  });
});

describe("pausing the run", () => {
  test.each<[string, number, string, new (...options: never[]) => Error]>([
    ["a used-up quota", 429, "insufficient_quota", QuotaExhaustedError],
    ["an unpaid bill", 402, "", QuotaExhaustedError],
    ["a revoked key", 401, "", KeyRefusedError],
  ])("%s stops everything, also what waits", async (_, status, said, kind) => {
    const { policy } = policyOf({ concurrency: 1 });
    const { send, sent } = script(failing(status, said));
    const asked = [policy.request(send), policy.request(send), policy.request(send)];
    const settled = await Promise.allSettled(asked);
    for (const result of settled) expect(result).toMatchObject({ status: "rejected", reason: expect.any(kind) });
    await expect(policy.request(send)).rejects.toThrow(kind);
    expect(sent()).toBe(1);
  });

  test("a rate limit of hours counts as a quota", async () => {
    const { policy } = policyOf();
    const { send } = script(failing(429, "", { "retry-after": "86400" }));
    await expect(policy.request(send)).rejects.toThrow("to be asked again in 1440 min");
  });

  test("a rate limit that never ends counts as a quota", async () => {
    const { clock, policy } = policyOf();
    await expect(policy.request(script(failing(429)).send)).rejects.toThrow(QuotaExhaustedError);
    expect(clock.now()).toBeGreaterThan(3_600_000);
  });

  test("the first request refused as wrong stops everything, a later one is a result", async () => {
    const wrong = failing(404);
    await expect(policyOf().policy.request(script(wrong).send)).rejects.toThrow(RequestRefusedError);
    const { policy } = policyOf();
    await policy.request(script("yes").send);
    expect(await policy.request(script(wrong).send)).toMatchObject({ failure: { kind: "request" } });
  });

  test("one of several refused as wrong is a result, three are not", async () => {
    const { policy } = policyOf();
    const asked = [400, 400, 200].map((status) => script(status === 200 ? "yes" : failing(status)).send);
    const outcomes = await Promise.all(asked.map((send) => policy.request(send)));
    expect(outcomes.map((outcome) => "answer" in outcome)).toEqual([false, false, true]);
    const other = policyOf().policy;
    const refused = [400, 400, 400, 400].map((status) => other.request(script(failing(status)).send));
    await expect(Promise.all(refused)).rejects.toThrow(RequestRefusedError);
    await Promise.allSettled(refused);
  });

  test("no message holds the key", async () => {
    const { policy } = policyOf({ secrets: ["hunter2hunter2"] });
    const error = await policy.request(script(failing(401, "hunter2hunter2")).send).catch((thrown: Error) => thrown);
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain("hunter2");
    expect((error as Error).cause).toBeUndefined();
  });
});

describe("how many at once", () => {
  test("never more than allowed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.constantFrom(200, 429, 500, 503), { minLength: 1, maxLength: 40 }),
        async (concurrency, statuses) => {
          const { policy } = policyOf({ concurrency, attempts: 50 });
          let underWay = 0;
          let greatest = 0;
          const asked = statuses.map((status) => {
            let failures = status === 200 ? 0 : 2;
            return policy.request(async () => {
              greatest = Math.max(greatest, ++underWay);
              await new Promise((resolve) => setImmediate(resolve));
              underWay--;
              if (failures-- > 0) throw failing(status);
              return { answer: status };
            });
          });
          expect((await Promise.all(asked)).length).toBe(statuses.length);
          expect(greatest).toBeLessThanOrEqual(concurrency);
          expect(underWay).toBe(0);
        },
      ),
      { numRuns: 20 },
    );
  });

  test("a limit that is met together halves it once, and successes raise it again", async () => {
    const { policy } = policyOf({ concurrency: 8 });
    expect(policy.concurrency).toBe(8);
    await Promise.all(Array.from({ length: 8 }, () => policy.request(script(failing(429), "yes").send)));
    // Eight successes raise 4 to 5.6, and would raise 1 to 4.1.
    expect(policy.concurrency).toBe(5);
    for (let index = 0; index < 40; index++) await policy.request(script("yes").send);
    expect(policy.concurrency).toBe(8);
  });

  test("no more than remain", async () => {
    const { policy } = policyOf({ concurrency: 8 });
    await policy.request(script({ headers: { "x-ratelimit-remaining-requests": "2" } }).send);
    expect(policy.concurrency).toBe(2);
    await policy.request(script({ headers: { "x-ratelimit-remaining-requests": "100" } }).send);
    expect(policy.concurrency).toBe(8);
  });

  test("where none remain, the next waits for it", async () => {
    const { clock, policy } = policyOf();
    const headers = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "4s" };
    await policy.request(script({ headers }).send);
    await policy.request(script("yes").send);
    expect(clock.slept).toEqual([4000]);
  });

  test.each([0, 1.5, Number.NaN])("%s at once is refused", (concurrency) => {
    expect(() => policyOf({ concurrency })).toThrow(InvalidArgumentError);
  });
});

describe("interruption", () => {
  test("of what waits, and of what is under way", async () => {
    const { policy } = policyOf({ concurrency: 1 });
    const controller = new AbortController();
    const hanging = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const asked = [policy.request(hanging, controller.signal), policy.request(hanging, controller.signal)];
    const settled = Promise.allSettled(asked);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    for (const result of await settled) {
      expect(result).toMatchObject({ status: "rejected", reason: expect.any(InterruptedError) });
    }
    // Both places are free again.
    expect(await policy.request(script("yes").send)).toEqual({ answer: "yes" });
  });

  test("during a pause", async () => {
    const controller = new AbortController();
    const clock = new VirtualClock();
    const policy = new RequestPolicy({ name: "test", clock, onWait: () => controller.abort() });
    await expect(policy.request(script(failing(500)).send, controller.signal)).rejects.toThrow(InterruptedError);
  });
});
