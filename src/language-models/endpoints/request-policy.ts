/**
 * How illume asks endpoints: the one place that decides how many requests are under way, when one is repeated, and when
 * to stop. An instance belongs to one endpoint and is shared by all that ask it.
 *
 * - At most `concurrency` requests at once; fewer after a limit was met (concurrency-limit.ts) or where headers tell
 *   that fewer remain.
 * - A rate limit (429) is waited out, as long as it asks (retry-after) or else ever longer; it does not count as attempt.
 * - Failures that may pass (5xx, time-outs, broken connections, web pages of gateways) are repeated up to `attempts`
 *   times. Then, where others were answered in the meantime, it is this request that fails and the failure is its
 *   result; where nobody was, the endpoint is unavailable.
 * - A used-up quota and a refused key shut the policy: nothing more is sent, and everyone gets the same EndpointError.
 * - A request that the endpoint finds wrong is a result. Where it never answered yet, it is rather the model's name or a
 *   setting that is wrong: that shuts the policy (after three of them, if others are under way).
 * - Everything else (a filtered, empty, broken or huge answer) is a result.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../core/random.ts";
import { interrupted } from "../interrupted.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type EndpointFailure, endpointFailure } from "./endpoint-failure.ts";
import type { EndpointError } from "./errors/endpoint-error.ts";
import { EndpointUnavailableError } from "./errors/endpoint-unavailable-error.ts";
import { KeyRefusedError } from "./errors/key-refused-error.ts";
import { QuotaExhaustedError } from "./errors/quota-exhausted-error.ts";
import { RequestRefusedError } from "./errors/request-refused-error.ts";
import { type ResponseHeaders, rateLimitNotice } from "./rate-limit-headers.ts";
import { RequestGate } from "./request-gate.ts";
import { withoutRequest } from "./without-request.ts";

/** Limits of a policy. */
export interface RequestPolicyOptions {
  /** The endpoint's name in messages, e.g. "openai:gpt-5". */
  readonly name: string;
  /** The most requests at once, at least 1 (default 8). */
  readonly concurrency?: number;
  /** How often a request is sent at most where it fails in a way that may pass (default 8). */
  readonly attempts?: number;
  /** Milliseconds for one request (default 300,000). */
  readonly timeout?: number;
  /** Milliseconds that a rate limit is waited out at most (default an hour); longer counts as a used-up quota. */
  readonly longestWait?: number;
  /** Spreads the waiting times (default: seed 0). */
  readonly random?: RandomStream;
  readonly clock?: Clock;
  /** What to do about a refused key, e.g. "set OPENAI_API_KEY". */
  readonly keyRemedy?: string;
  /** Texts that must never be in a message. */
  readonly secrets?: readonly string[];
  /** Told of each wait, as one line without line break. */
  readonly onWait?: (notice: string) => void;
}

/** An answer, or why there is none. */
export type RequestOutcome<Answer> = { readonly answer: Answer } | { readonly failure: EndpointFailure };

/** Milliseconds: the first pause before a repetition, which doubles with each, and the longest. */
const firstPause = 500;
const longestPause = 60_000;

/** One endpoint's requests: when they are sent, again, or no more. */
export class RequestPolicy {
  readonly #options: Required<Omit<RequestPolicyOptions, "onWait">>;
  readonly #onWait: (notice: string) => void;
  readonly #gate: RequestGate;
  #requests = 0;
  #answers = 0;
  #refused = 0;

  constructor(options: RequestPolicyOptions) {
    const { onWait = () => undefined, ...others } = options;
    this.#onWait = onWait;
    this.#options = {
      concurrency: 8,
      attempts: 8,
      timeout: 300_000,
      longestWait: 3_600_000,
      random: new RandomStream(0),
      clock: systemClock,
      keyRemedy: "check the key",
      secrets: [],
      ...others,
    };
    for (const name of ["concurrency", "attempts"] as const) {
      const value = this.#options[name];
      if (Number.isInteger(value) && value >= 1) continue;
      const received = String(value);
      throw new InvalidArgumentError({
        expected: `${name} to be a whole number of at least 1`,
        received,
        remedy: "correct it",
      });
    }
    this.#gate = new RequestGate(this.#options);
  }

  /** How many requests may be under way at once, now. */
  get concurrency(): number {
    return this.#gate.allowed;
  }

  /**
   * Sends a request as often as needed.
   * @param send is given a signal that aborts with the time-out; tells the headers of its answer
   * @param beforeRepeating is awaited before a repetition where the last attempt may have been charged
   * @param asked the request's own texts, which endpoints repeat in their errors: they are left out of every reason
   * Throws InterruptedError where `signal` aborts, and the EndpointErrors named above.
   */
  async request<Answer>(
    send: (
      signal: AbortSignal,
    ) => PromiseLike<{ readonly answer: Answer; readonly headers?: ResponseHeaders | undefined }>,
    signal?: AbortSignal,
    beforeRepeating: () => Promise<void> = async () => undefined,
    asked: readonly string[] = [],
  ): Promise<RequestOutcome<Answer>> {
    const { clock, attempts, longestWait } = this.#options;
    const random = this.#options.random.split("request", this.#requests++);
    const answersBefore = this.#answers;
    let failed = 0;
    let limited = 0;
    let waitedSince: number | undefined;
    for (;;) {
      const entered = await this.#gate.enter({ repetition: failed + limited > 0, signal });
      const outcome = await this.#attempt(send, { entered, signal, asked });
      if ("answer" in outcome) return outcome;
      const { failure } = outcome;
      // What was answered although it cannot be used proves that the endpoint answers.
      if (failure.kind === "refusal" || failure.kind === "unusable") return outcome;
      if (failure.kind === "request" || failure.kind === "quota" || failure.kind === "key") {
        if (this.#gate.shut !== undefined) throw this.#gate.shut;
        return outcome;
      }
      const jitter = random.split(failed, limited).uniform();
      if (failure.kind === "rate-limit") {
        const pause = failure.retryAfter ?? backOff(limited, jitter);
        waitedSince ??= clock.now();
        const stuck = this.#answers === answersBefore && clock.now() - waitedSince > longestWait;
        if (pause > longestWait || stuck) throw this.#shut({ ...failure, kind: "quota" });
        limited++;
        await this.#wait({ pause, jitter, failure, signal });
        continue;
      }
      failed++;
      if (failed >= attempts) {
        const others = this.#answers > answersBefore;
        if (others) return { failure: { ...failure, kind: "unusable" } };
        throw this.#shut(failure);
      }
      if (failure.mayBeCharged === true) await beforeRepeating();
      await this.#wait({ pause: failure.retryAfter ?? backOff(failed - 1, jitter), jitter, failure, signal });
    }
  }

  async #attempt<Answer>(
    send: (
      signal: AbortSignal,
    ) => PromiseLike<{ readonly answer: Answer; readonly headers?: ResponseHeaders | undefined }>,
    {
      entered,
      signal,
      asked,
    }: { readonly entered: number; readonly signal: AbortSignal | undefined; readonly asked: readonly string[] },
  ): Promise<RequestOutcome<Answer>> {
    const { clock, timeout, secrets } = this.#options;
    const controller = new AbortController();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      controller.abort();
    }, timeout);
    const stop = () => controller.abort();
    signal?.addEventListener("abort", stop, { once: true });
    let ending: "well" | "limited" | "failed" = "failed";
    try {
      const { answer, headers } = await send(controller.signal);
      this.#heed(headers);
      this.#answers++;
      ending = "well";
      return { answer };
    } catch (error) {
      if (signal?.aborted === true) throw interrupted();
      if (late) {
        ending = "limited";
        return { failure: { kind: "overloaded", reason: `no answer within ${timeout / 1000} s`, mayBeCharged: true } };
      }
      const found = endpointFailure(error, clock.now(), secrets);
      const failure = { ...found, reason: withoutRequest(found.reason, asked) };
      if (failure.kind === "rate-limit" || failure.kind === "overloaded") ending = "limited";
      if (failure.kind === "refusal" || failure.kind === "unusable") ending = "well";
      this.#heed(failure.headers);
      // Before the place is free, so that nobody takes it.
      if (this.#endsAll(failure)) this.#shut(failure);
      return { failure };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      this.#gate.leave({ entered, ending });
    }
  }

  #endsAll({ kind, reason }: EndpointFailure): boolean {
    if (kind !== "request") return kind === "quota" || kind === "key";
    this.#refused++;
    // One prompt of several may be at fault; an address or a model that is not there never is the prompt's.
    const certain = reason.startsWith("HTTP 404") || this.#refused >= 3 || this.#gate.isLast;
    return this.#answers === 0 && certain;
  }

  /** Follows the headers of a response. */
  #heed(headers: ResponseHeaders | undefined): void {
    if (headers === undefined) return;
    const now = this.#options.clock.now();
    const { remaining, nextRequest } = rateLimitNotice(headers, now);
    if (remaining !== undefined) this.#gate.remaining(remaining);
    if (nextRequest !== undefined) this.#gate.closeUntil(now + Math.min(nextRequest, this.#options.longestWait));
  }

  /** The endpoint's own time holds for all requests; a chosen one for this request alone. */
  async #wait(options: {
    readonly pause: number;
    readonly jitter: number;
    readonly failure: EndpointFailure;
    readonly signal: AbortSignal | undefined;
  }): Promise<void> {
    const { pause, jitter, failure, signal } = options;
    const { clock, name } = this.#options;
    this.#onWait(`${name}: ${failure.reason}; again in ${(pause / 1000).toFixed(1)} s`);
    if (failure.retryAfter !== undefined) {
      // A tenth more, so that not all come back at once.
      this.#gate.closeUntil(clock.now() + pause * (1 + jitter / 10));
      return;
    }
    await clock.sleep(pause, signal);
    if (signal?.aborted === true) throw interrupted();
  }

  #shut(failure: EndpointFailure): EndpointError {
    const error = errorOf(failure, this.#options);
    this.#gate.shutFor(error);
    return this.#gate.shut ?? error;
  }
}

/** Milliseconds before repetition number `repetition` (from 0), half of them by chance. */
function backOff(repetition: number, jitter: number): number {
  return Math.min(longestPause, firstPause * 2 ** repetition) * (0.5 + jitter / 2);
}

function errorOf(
  failure: EndpointFailure,
  options: { readonly name: string; readonly keyRemedy: string; readonly attempts: number },
): EndpointError {
  const { name, keyRemedy, attempts } = options;
  const { kind, reason } = failure;
  if (kind === "quota") {
    const waiting =
      failure.retryAfter === undefined ? "" : `, to be asked again in ${Math.ceil(failure.retryAfter / 60_000)} min`;
    return new QuotaExhaustedError({
      expected: `calls left at ${name}`,
      received: `a used-up quota: ${reason}${waiting}`,
      remedy: "top it up, or wait and try again",
    });
  }
  if (kind === "key") {
    return new KeyRefusedError({
      expected: `${name} to accept the key`,
      received: reason,
      remedy: keyRemedy,
    });
  }
  if (kind === "request") {
    return new RequestRefusedError({
      expected: `${name} to take a request`,
      received: reason,
      remedy: "check the model's name, the address and the settings (illume models check tries them out)",
    });
  }
  return new EndpointUnavailableError({
    expected: `an answer from ${name}`,
    received: `${reason}, ${attempts} times`,
    remedy: "check the address, the network and the server, then try again",
  });
}
