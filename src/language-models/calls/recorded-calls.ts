/**
 * Sends each call at most once and hands out what is recorded.
 *
 * A call's way: found in the run's store or in the shared cache, it is handed out. In flight already, it is waited for.
 * Otherwise: a place among the requests in flight, a reservation of the most that it may take, its start committed, the
 * request, its result committed with what it really took, the reservation settled, the result handed out. So
 *
 * - a result that anyone has seen is on disk, and is never asked for again;
 * - what a killed process had in flight stands in the store with what it reserved, and counts as spent;
 * - where one request fails, those at the same time end and are kept before the error is raised.
 */
import { BudgetExceededError } from "../../core/errors/budget-exceeded-error.ts";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { interrupted, throwIfAborted } from "../interrupted.ts";
import type { Budget, Reservation } from "./budget.ts";
import { type CallCost, noCost } from "./call-cost.ts";
import type { CallJournal } from "./call-journal.ts";
import type { CallSlots } from "./call-slots.ts";
import type { StartedCall } from "./call-store.ts";
import { costOfFailure } from "./cost-of-failure.ts";

/** A call with what it asks. */
export interface PlannedCall<Content> extends StartedCall {
  readonly content: Content;
}

/** How calls of one kind are sent and kept. */
export interface CallKind<Content, Result> {
  /** Divides calls into requests that the model takes in one piece each. */
  split(calls: readonly PlannedCall<Content>[]): readonly (readonly PlannedCall<Content>[])[];
  /** One result a call, in order. */
  send(
    calls: readonly PlannedCall<Content>[],
    options: { readonly signal: AbortSignal | undefined; readonly beforeRepeating: BeforeRepeating<Content> },
  ): Promise<readonly Result[]>;
  cost(call: PlannedCall<Content>, result: Result): CallCost;
  /** Whether other runs may use the result: not a failure, which may be gone by then. */
  shared(result: Result): boolean;
  encode(result: Result): string;
  decode(text: string): Result;
}

/** Sets the call's cost aside once more, because its last attempt may have been charged. */
export type BeforeRepeating<Content> = (call: PlannedCall<Content>) => Promise<void>;

export interface RecordedCallsOptions {
  readonly journal: CallJournal;
  readonly budget: Budget;
  readonly slots: CallSlots;
  readonly callsPerRequest: number;
}

interface Sending<Content> {
  readonly call: PlannedCall<Content>;
  readonly reservation: Reservation;
}

/** All calls of one recorded model. */
export class RecordedCalls {
  readonly #options: RecordedCallsOptions;
  /** Results that are on their way, by key: as JSON text once they are committed. */
  readonly #inFlight = new Map<string, PromiseWithResolvers<string>>();

  constructor(options: RecordedCallsOptions) {
    this.#options = options;
  }

  /** One result a call, in the calls' order; equal calls share one. */
  async resolve<Content, Result>(
    calls: readonly PlannedCall<Content>[],
    kind: CallKind<Content, Result>,
    signal?: AbortSignal,
  ): Promise<Result[]> {
    throwIfAborted(signal);
    const texts = new Map<string, string>();
    const wanted = new Map(calls.map((call) => [call.key, call]));
    for (;;) {
      const missing = [...wanted.values()].filter(({ key }) => !texts.has(key));
      await this.#findRecorded(missing, texts);
      // From here to the claim nothing waits, so that no other asker comes between.
      const unrecorded = missing.filter(({ key }) => !texts.has(key));
      for (const [key, text] of this.#options.journal.recorded(keysOf(unrecorded))) texts.set(key, text);
      const open = unrecorded.filter(({ key }) => !texts.has(key));
      if (open.length === 0) break;
      const others = open.flatMap(({ key }) => this.#inFlight.get(key)?.promise ?? []);
      const own = open.filter(({ key }) => !this.#inFlight.has(key));
      for (const { key } of own) this.#claim(key);
      const both = [this.#sendAll(own, kind, texts, signal), this.#waitFor(others, signal)];
      // What was sent is kept before a failure of either is told.
      for (const ended of await Promise.allSettled(both)) if (ended.status === "rejected") throw ended.reason;
    }
    return calls.map(({ key }) => kind.decode(texts.get(key) as string));
  }

  async #findRecorded(calls: readonly PlannedCall<unknown>[], texts: Map<string, string>): Promise<void> {
    const { journal } = this.#options;
    for (const [key, text] of journal.recorded(keysOf(calls))) texts.set(key, text);
    const rest = calls.filter(({ key }) => !texts.has(key));
    const cached = journal.cached(keysOf(rest));
    if (cached.size === 0) return;
    await journal.reuse(
      rest.flatMap(({ key, kind, model, revision }) => {
        const result = cached.get(key);
        return result === undefined ? [] : [{ key, kind, model, revision, result }];
      }),
    );
    for (const [key, text] of cached) texts.set(key, text);
  }

  #claim(key: string): void {
    const result = Promise.withResolvers<string>();
    // Whether anyone else waits for it is not known; its asker hears of a failure otherwise.
    result.promise.catch(() => undefined);
    this.#inFlight.set(key, result);
  }

  /** Waits for what others have sent; a call that they were interrupted in is left for the next round. */
  async #waitFor(others: readonly Promise<string>[], signal: AbortSignal | undefined): Promise<void> {
    if (others.length === 0) return;
    const stopped = Promise.withResolvers<never>();
    stopped.promise.catch(() => undefined);
    const stop = () => stopped.reject(interrupted());
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const ended = Promise.all(
        others.map((other) =>
          other.catch((error: unknown) => {
            if (!(error instanceof InterruptedError)) throw error;
          }),
        ),
      );
      await Promise.race([ended, stopped.promise]);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Sends claimed calls, as many at once as there are places and budget for. */
  async #sendAll<Content, Result>(
    own: readonly PlannedCall<Content>[],
    kind: CallKind<Content, Result>,
    texts: Map<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { slots, callsPerRequest } = this.#options;
    const running = new Set<Promise<void>>();
    const failures: unknown[] = [];
    let next = 0;
    while (next < own.length && failures.length === 0) {
      const leave = await slots.take(signal).catch((error: unknown) => {
        failures.push(error);
      });
      if (leave === undefined) break;
      const batch = await this.#reserve(own.slice(next, next + callsPerRequest), signal, failures);
      // A request may have failed while this one waited for a place or for budget; what still fits a cap is sent.
      if (failures.some((failure) => !(failure instanceof BudgetExceededError))) {
        for (const { reservation } of batch.splice(0)) reservation.settle(noCost);
      }
      next += batch.length;
      const sendings = new Map(batch.map((sending) => [sending.call.key, sending]));
      const requests = kind
        .split(batch.map(({ call }) => call))
        .map((request) => request.map(({ key }) => sendings.get(key) as Sending<Content>));
      const work = Promise.all(
        requests.map((request) =>
          this.#request(request, kind, texts, signal).catch((error: unknown) => {
            failures.push(error);
          }),
        ),
      ).then(() => {
        leave();
        running.delete(work);
      });
      running.add(work);
    }
    await Promise.all(running);
    if (failures.length === 0) return;
    for (const { key } of own) this.#fail(key, failures[0]);
    throw failures[0];
  }

  /** Sets budget aside for the first of the calls, and for as many after it as fit now. */
  async #reserve<Content>(
    calls: readonly PlannedCall<Content>[],
    signal: AbortSignal | undefined,
    failures: unknown[],
  ): Promise<Sending<Content>[]> {
    const { budget } = this.#options;
    const batch: Sending<Content>[] = [];
    try {
      for (const call of calls) {
        const first = batch.length === 0;
        const reservation = first ? await budget.reserve(call.reserved, signal) : budget.tryReserve(call.reserved);
        if (reservation === undefined) break;
        batch.push({ call, reservation });
      }
    } catch (error) {
      // What fits is sent and kept; the rest is told afterwards.
      failures.push(error);
    }
    return batch;
  }

  /** One request, from the commit of its start to the commit of its results. */
  async #request<Content, Result>(
    sendings: readonly Sending<Content>[],
    kind: CallKind<Content, Result>,
    texts: Map<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const calls = sendings.map(({ call }) => call);
    await this.#options.journal.start(calls).catch((error: unknown) => {
      for (const { reservation } of sendings) reservation.settle(noCost);
      throw error;
    });
    const stopped = signal?.aborted === true;
    let results: readonly Result[];
    try {
      if (stopped) throw interrupted();
      results = await kind.send(calls, { signal, beforeRepeating: (call) => this.#chargeLostAttempt(call) });
    } catch (error) {
      const failed = { result: undefined, shared: false };
      await this.#end(
        sendings,
        calls.map(({ reserved }) => ({ ...failed, cost: stopped ? noCost : costOfFailure(error, reserved) })),
      );
      throw error;
    }
    const outcomes = calls.map((call, index) => {
      const result = results[index] as Result;
      return { cost: kind.cost(call, result), result: kind.encode(result), shared: kind.shared(result) };
    });
    await this.#end(sendings, outcomes);
    for (const [index, { key }] of calls.entries()) {
      const text = outcomes[index]?.result as string;
      texts.set(key, text);
      this.#inFlight.get(key)?.resolve(text);
      this.#inFlight.delete(key);
    }
  }

  /** Commits how calls ended, then gives back what they did not take. */
  async #end(sendings: readonly Sending<unknown>[], outcomes: readonly Outcome[]): Promise<void> {
    const ended = sendings.map(({ call }, index) => {
      const { key, model, reserved } = call;
      return { key, model, reserved, ...(outcomes[index] as Outcome) };
    });
    let committed = false;
    try {
      await this.#options.journal.end(ended);
      committed = true;
    } finally {
      for (const [index, { reservation }] of sendings.entries()) {
        reservation.settle(committed ? (outcomes[index] as Outcome).cost : reservation.cost);
      }
    }
  }

  /** An attempt that may have been charged counts as spent in full before the next one is sent. */
  async #chargeLostAttempt(call: PlannedCall<unknown>): Promise<void> {
    this.#options.budget.charge(call.reserved);
    await this.#options.journal.start([call]);
  }

  #fail(key: string, error: unknown): void {
    this.#inFlight.get(key)?.reject(error);
    this.#inFlight.delete(key);
  }
}

interface Outcome {
  readonly cost: CallCost;
  readonly result: string | undefined;
  readonly shared: boolean;
}

function keysOf(calls: readonly { readonly key: string }[]): string[] {
  return calls.map(({ key }) => key);
}
