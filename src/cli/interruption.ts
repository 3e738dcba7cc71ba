/** Ctrl-C: the first one asks the run to stop at the next good moment, the second one ends the process at once. */

export interface Interruption {
  readonly signal: AbortSignal;
  /** Stops listening; signals do again what they do by default. */
  end(): void;
}

const signals = ["SIGINT", "SIGTERM"] as const;

/** @param onFirst tells people that the run is stopping, and how to end it at once */
export function listenForInterruption(onFirst: () => void): Interruption {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    onFirst();
  };
  for (const signal of signals) process.on(signal, listener);
  return {
    signal: controller.signal,
    end: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}
