/**
 * A cap on calls, tokens and dollars that is never exceeded.
 *
 * Each call reserves the most that it may take before it is sent, and gives back what it did not take when it ends:
 *
 *   spent + reserved <= cap    at every moment,
 *
 * so that what happens at the same time cannot exceed it together. Where only the reservations of others are in the way,
 * a call waits for them to end (first come, first served); where it would not fit even without them, it is refused.
 */
import { BudgetExceededError } from "../../core/errors/budget-exceeded-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { interrupted, throwIfAborted } from "../interrupted.ts";
import { addSpending, type CallCost, noSpending, type Spending } from "./call-cost.ts";
import { dollars } from "./describe-spending.ts";

/** The most that may be spent; a limit that is left out is none. */
export interface BudgetLimits {
  readonly maximumCalls?: number | undefined;
  /** Of input and output together. */
  readonly maximumTokens?: number | undefined;
  /** US dollars. */
  readonly maximumUsd?: number | undefined;
}

/** Limits, and what counts against them already. */
export interface BudgetOptions {
  readonly limits: BudgetLimits;
  /** What earlier processes of the run spent (CallStore.spending); default: nothing. */
  readonly spent?: Spending;
}

/** A part of the budget that is set aside for calls in flight. */
export interface Reservation {
  readonly cost: CallCost;
  /** Puts what was really taken in its place; later calls change nothing. */
  settle(taken: CallCost): void;
}

interface Waiting {
  readonly cost: CallCost;
  readonly resolve: (reservation: Reservation) => void;
  readonly reject: (error: unknown) => void;
}

/** One budget for all calls of a run, whatever models they go to. */
export class Budget {
  readonly limits: BudgetLimits;
  #spent: Spending;
  #reserved: Spending = noSpending;
  readonly #waiting: Waiting[] = [];

  /** Throws InvalidArgumentError for limits that are no numbers of at least 0, and for dollars capped after unpriced calls. */
  constructor({ limits, spent = noSpending }: BudgetOptions) {
    for (const [name, limit] of Object.entries(limits)) {
      if (limit === undefined || limit >= 0) continue;
      throw new InvalidArgumentError({
        expected: `${name} of at least 0`,
        received: String(limit),
        remedy: "correct it",
      });
    }
    if (limits.maximumUsd !== undefined && spent.unpricedCalls > 0) {
      throw new InvalidArgumentError({
        expected: "a cap in dollars from the first call on",
        received: `${spent.unpricedCalls} calls of this run whose price was not known`,
        remedy: "cap calls or tokens instead (--max-calls, --max-tokens), or start a new run with --price",
      });
    }
    this.limits = limits;
    this.#spent = spent;
  }

  /** What was taken by calls that ended, in this process and before. */
  get spent(): Spending {
    return this.#spent;
  }

  /** What calls in flight may take at most. */
  get reserved(): Spending {
    return this.#reserved;
  }

  /** Whether anything is capped. */
  get isCapped(): boolean {
    return Object.values(this.limits).some((limit) => limit !== undefined);
  }

  /**
   * Sets `cost` aside, or returns undefined where it has to wait for calls in flight.
   * Throws BudgetExceededError where it would not fit without them either, InvalidArgumentError where it has no bound, or
   * no price under a cap of dollars.
   */
  tryReserve(cost: CallCost): Reservation | undefined {
    this.#check(cost);
    return this.#waiting.length > 0 || !this.#fits(cost, this.#reserved) ? undefined : this.#reserve(cost);
  }

  /** Sets `cost` aside as soon as it fits. Throws as tryReserve, and InterruptedError where the signal aborts first. */
  async reserve(cost: CallCost, signal?: AbortSignal): Promise<Reservation> {
    throwIfAborted(signal);
    const reservation = this.tryReserve(cost);
    if (reservation !== undefined) return reservation;
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(interrupted());
        // Who stood behind may fit now.
        this.#serveWaiting();
      };
      const done = () => signal?.removeEventListener("abort", stop);
      const waiting: Waiting = {
        cost,
        resolve: (given) => {
          done();
          resolve(given);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /**
   * Counts `cost` as spent at once. Throws BudgetExceededError where it does not fit beside what is in flight: whoever
   * holds a reservation must not wait for another one.
   */
  charge(cost: CallCost): void {
    this.#check(cost);
    if (!this.#fits(cost, this.#reserved)) throw this.#exceeded(cost);
    this.#spent = addSpending(this.#spent, cost);
  }

  #reserve(cost: CallCost): Reservation {
    this.#reserved = addSpending(this.#reserved, cost);
    let settled = false;
    return {
      cost,
      settle: (taken) => {
        if (settled) return;
        settled = true;
        this.#reserved = addSpending(this.#reserved, cost, -1);
        this.#spent = addSpending(this.#spent, taken);
        this.#serveWaiting();
      },
    };
  }

  #serveWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        this.#check(next.cost);
        if (!this.#fits(next.cost, this.#reserved)) return;
        this.#waiting.shift();
        next.resolve(this.#reserve(next.cost));
      } catch (error) {
        this.#waiting.shift();
        next.reject(error);
      }
    }
  }

  /** Throws for a cost that will never fit. */
  #check(cost: CallCost): void {
    if (!this.isCapped) return;
    const { maximumUsd } = this.limits;
    if (
      ![cost.calls, cost.inputTokens, cost.outputTokens].every((count) => Number.isSafeInteger(count) && count >= 0)
    ) {
      throw new InvalidArgumentError({
        expected: "a bound on the tokens of a call under a cap",
        received: `${cost.inputTokens} tokens of input and ${cost.outputTokens} of output at most`,
        remedy: "give maximumTokens",
      });
    }
    if (maximumUsd !== undefined && cost.nanodollars === undefined) throw unknownPrice();
    if (!this.#fits(cost, noSpending)) throw this.#exceeded(cost);
  }

  #exceeded(cost: CallCost): BudgetExceededError {
    const inFlight = this.#reserved.calls === 0 ? "" : `, up to ${describe(this.#reserved)} in flight`;
    return new BudgetExceededError({
      expected: `the next call to fit into the budget of ${describeLimits(this.limits)}`,
      received: `${describe(this.#spent)} spent${inFlight}, and up to ${describe(addSpending(noSpending, cost))} for it`,
      remedy: "what was reached is kept; go on with a higher --max-calls, --max-tokens or --max-usd",
    });
  }

  #fits(cost: CallCost, reserved: Spending): boolean {
    const { maximumCalls, maximumTokens, maximumUsd } = this.limits;
    const { calls, inputTokens, outputTokens, nanodollars } = addSpending(this.#spent, cost);
    return (
      (maximumCalls === undefined || calls + reserved.calls <= maximumCalls) &&
      (maximumTokens === undefined ||
        inputTokens + outputTokens + reserved.inputTokens + reserved.outputTokens <= maximumTokens) &&
      (maximumUsd === undefined || nanodollars + reserved.nanodollars <= Math.round(maximumUsd * 1e9))
    );
  }
}

function describeLimits({ maximumCalls, maximumTokens, maximumUsd }: BudgetLimits): string {
  const limits = [
    maximumCalls === undefined ? [] : `${maximumCalls} calls`,
    maximumTokens === undefined ? [] : `${maximumTokens} tokens`,
    maximumUsd === undefined ? [] : dollars(maximumUsd * 1e9),
  ];
  return limits.flat().join(", ");
}

function describe({ calls, inputTokens, outputTokens, nanodollars, unpricedCalls }: Spending): string {
  const money = unpricedCalls > 0 ? "" : `, ${dollars(nanodollars)}`;
  return `${calls} ${calls === 1 ? "call" : "calls"}, ${inputTokens + outputTokens} tokens${money}`;
}

/** A cap of dollars on a model whose price nobody knows; told before a run begins, and in any case before a call is sent. */
export function unknownPrice(): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: "a model whose price is known under a cap of dollars",
    received: "one that the price table does not have",
    remedy: "give it with --price IN,OUT (dollars per million tokens), or cap calls or tokens instead",
  });
}
