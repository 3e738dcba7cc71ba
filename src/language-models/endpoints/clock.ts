/** Time as an argument, so that tests need not wait. */

/** What tells the time and waits. */
export interface Clock {
  /** Milliseconds since some fixed moment; for the header `retry-after` with a date, since 1970. */
  now(): number;
  /** Resolves after so many milliseconds, or as soon as the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The longest time that a timer of Node takes. */
const longestTimer = 2 ** 31 - 1;

/** The machine's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const timer = setTimeout(finish, Math.min(longestTimer, Math.max(0, milliseconds)));
      signal?.addEventListener("abort", finish, { once: true });
    }),
};
