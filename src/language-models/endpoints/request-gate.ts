/**
 * Lets requests to an endpoint through: as many at once as the limit allows, none while it asked to wait, none at all
 * once it is shut. First come, first served, but for repetitions, which go before.
 */
import { interrupted } from "../interrupted.ts";
import type { Clock } from "./clock.ts";
import { type ConcurrencyLimit, concurrencyLimit, halved, raised } from "./concurrency-limit.ts";
import type { EndpointError } from "./errors/endpoint-error.ts";

interface Waiting {
  admit(): void;
  refuse(error: Error): void;
}

export class RequestGate {
  readonly #clock: Clock;
  #limit: ConcurrencyLimit;
  #underWay = 0;
  /** Requests that the endpoint would still take, as it told last. */
  #remaining = Infinity;
  #closedUntil = -Infinity;
  #sleeping = false;
  #shut: EndpointError | undefined;
  /** Few, as only requests that were under way are repeated. */
  #repetitions: Waiting[] = [];
  #newcomers = new Set<Waiting>();

  constructor(options: { readonly concurrency: number; readonly clock: Clock }) {
    this.#clock = options.clock;
    this.#limit = concurrencyLimit(options.concurrency);
  }

  /** How many requests may be under way at once, now. */
  get allowed(): number {
    return Math.max(1, Math.min(Math.floor(this.#limit.allowed), this.#remaining));
  }

  /** Whether one request is under way and nobody waits. */
  get isLast(): boolean {
    return this.#underWay === 1 && this.#newcomers.size === 0 && this.#repetitions.length === 0;
  }

  /** Where it stands: an error once nothing may be sent any more. */
  get shut(): EndpointError | undefined {
    return this.#shut;
  }

  /**
   * Resolves when a request may be sent, with what `leave` takes.
   * Throws InterruptedError where the signal aborts, and what the gate was shut with.
   */
  async enter(options: { readonly repetition: boolean; readonly signal?: AbortSignal | undefined }): Promise<number> {
    const { repetition, signal } = options;
    if (this.#shut !== undefined) throw this.#shut;
    if (signal?.aborted === true) throw interrupted();
    let stop: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const waiting: Waiting = { admit: resolve, refuse: reject };
        stop = () => {
          this.#forget(waiting);
          reject(interrupted());
        };
        signal?.addEventListener("abort", stop, { once: true });
        if (repetition) this.#repetitions.push(waiting);
        else this.#newcomers.add(waiting);
        this.#admit();
      });
    } finally {
      if (stop !== undefined) signal?.removeEventListener("abort", stop);
    }
    return this.#limit.halvings;
  }

  /** A request has ended: well (the limit rises), against the endpoint's limit (it falls), or neither. */
  leave(options: { readonly entered: number; readonly ending: "well" | "limited" | "failed" }): void {
    this.#underWay--;
    if (options.ending === "well") this.#limit = raised(this.#limit);
    if (options.ending === "limited") this.#limit = halved(this.#limit, options.entered);
    this.#admit();
  }

  /** What the endpoint told of requests that remain. */
  remaining(requests: number): void {
    this.#remaining = requests;
  }

  /** Sends nothing until then (milliseconds of the clock). */
  closeUntil(time: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, time);
  }

  /** Sends nothing ever again; all that wait get the error. */
  shutFor(error: EndpointError): void {
    this.#shut ??= error;
    for (const waiting of [...this.#repetitions.splice(0), ...this.#newcomers]) waiting.refuse(this.#shut);
    this.#newcomers.clear();
  }

  #admit(): void {
    const wait = this.#closedUntil - this.#clock.now();
    if (wait > 0) {
      this.#sleep(wait);
      return;
    }
    while (this.#underWay < this.allowed) {
      const next = this.#repetitions.shift() ?? this.#firstNewcomer();
      if (next === undefined) return;
      this.#newcomers.delete(next);
      this.#underWay++;
      next.admit();
    }
  }

  #sleep(milliseconds: number): void {
    if (this.#sleeping || (this.#newcomers.size === 0 && this.#repetitions.length === 0)) return;
    this.#sleeping = true;
    void this.#clock.sleep(milliseconds).then(() => {
      this.#sleeping = false;
      this.#admit();
    });
  }

  #firstNewcomer(): Waiting | undefined {
    return this.#newcomers.values().next().value;
  }

  #forget(waiting: Waiting): void {
    this.#newcomers.delete(waiting);
    this.#repetitions = this.#repetitions.filter((each) => each !== waiting);
  }
}
