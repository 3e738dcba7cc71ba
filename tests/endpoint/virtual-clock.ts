/** A clock that waits for nobody: every sleep ends in the next turn of the event loop and moves the time on. */
import type { Clock } from "../../src/language-models/endpoints/clock.ts";

export class VirtualClock implements Clock {
  /** Milliseconds of each sleep, in order. */
  readonly slept: number[] = [];
  #now: number;

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(milliseconds);
    const end = this.#now + milliseconds;
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted !== true) this.#now = Math.max(this.#now, end);
  }
}
