/** How many sequences the model works on at once, and how many requests may wait for that. */
import { interrupted } from "../interrupted.ts";
import { ApiError } from "./api-error.ts";

interface Waiting {
  readonly sequences: number;
  readonly enter: () => void;
}

/** First come, first served: a large request is not overtaken by small ones behind it. */
export class WaitingLine {
  readonly #capacity: number;
  readonly #places: number;
  readonly #waiting: Waiting[] = [];
  #busy = 0;

  /** @param options `capacity` sequences at once, `places` requests waiting for it */
  constructor(options: { readonly capacity: number; readonly places: number }) {
    this.#capacity = options.capacity;
    this.#places = options.places;
  }

  /**
   * Waits for room and returns the function that gives it back; a request of more sequences than the capacity has the
   * model to itself. Throws ApiError 429 where all places are taken, InterruptedError where the signal aborts.
   */
  async enter(sequences: number, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw interrupted();
    const wanted = Math.min(sequences, this.#capacity);
    if (this.#waiting.length === 0 && this.#fits(wanted)) return this.#take(wanted);
    if (this.#waiting.length >= this.#places) throw full(this.#places);
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(interrupted());
        this.#admit();
      };
      const enter = () => {
        signal.removeEventListener("abort", leave);
        resolve(this.#take(wanted));
      };
      const waiting = { sequences: wanted, enter };
      this.#waiting.push(waiting);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #fits(sequences: number): boolean {
    return this.#busy + sequences <= this.#capacity;
  }

  #take(sequences: number): () => void {
    this.#busy += sequences;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#busy -= sequences;
      this.#admit();
    };
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first !== undefined && this.#fits(first.sequences); first = this.#waiting[0]) {
      this.#waiting.shift();
      first.enter();
    }
  }
}

function full(places: number): ApiError {
  return new ApiError({
    status: 429,
    message: `expected at most ${places} requests waiting, but all places are taken: ask again later`,
    code: "queue_full",
    headers: { "retry-after": "1" },
  });
}
