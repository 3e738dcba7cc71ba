/** A number of places for requests in flight; who comes when all are taken waits for its turn. */
import { interrupted, throwIfAborted } from "../interrupted.ts";

/** Places for requests in flight. */
export class CallSlots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** Resolves when a place is free, with how to leave it. Throws InterruptedError where the signal aborts first. */
  async take(signal?: AbortSignal): Promise<() => void> {
    throwIfAborted(signal);
    if (this.#free > 0) {
      this.#free--;
      return this.#leave();
    }
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener("abort", stop);
        resolve(this.#leave());
      };
      const stop = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(interrupted());
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiting.push(enter);
    });
  }

  #leave(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    };
  }
}
