/** A miniature run of the library, in this process, that is stopped at a wanted moment. */
import type { Configuration } from "../../src/closed-loop/configuration.ts";
import { improve } from "../../src/closed-loop/improve.ts";
import type { Progress } from "../../src/closed-loop/progress.ts";
import { createRun, openRun } from "../../src/runs/run-database.ts";
import type { Json } from "../../src/runs/run-store.ts";
import { miniatureConfiguration } from "./miniature-run.ts";

export interface MiniatureOptions {
  /** The run's folder; a run that is there is gone on with. */
  readonly directory: string;
  readonly configuration?: Configuration;
  /** Asks the run to stop, as Ctrl-C does, after the first progress for which this is true. */
  readonly stopAt?: (progress: Progress) => boolean;
  readonly resumes?: boolean;
}

/** Throws what the run throws: InterruptedError where it was stopped. */
export async function improveMiniature(options: MiniatureOptions): Promise<void> {
  const { directory, configuration = miniatureConfiguration, stopAt = () => false, resumes = false } = options;
  const store = resumes
    ? openRun({ directory, mode: "write" })
    : createRun({ directory, configuration: configuration as unknown as Json });
  const stopping = new AbortController();
  try {
    await improve({
      configuration,
      store,
      signal: stopping.signal,
      onProgress: (progress) => {
        if (stopAt(progress)) stopping.abort();
      },
    });
  } finally {
    store.close();
  }
}
