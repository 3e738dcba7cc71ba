/** What kind of run a folder holds. */
import { runOrigin } from "../closed-loop/run-configuration.ts";
import { openRun } from "../runs/run-database.ts";

/** The command that began the run, as its state says. Throws as openRun. */
export function commandOfRun(directory: string): string {
  const store = openRun({ directory, mode: "read" });
  try {
    return runOrigin(store).command;
  } finally {
    store.close();
  }
}
