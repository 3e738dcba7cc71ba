/** What is left of a search over prompts. */
import type { RunStore } from "../../runs/run-store.ts";
import { discardedEvent } from "../search-progress.ts";
import { heldOutKey } from "./held-out-scores.ts";
import { archiveName, type SearchConfiguration } from "./search-configuration.ts";

/** Iterations that were done, and whether anything is left to do: iterations, or the held-out judge's scores. */
export interface SearchRemaining {
  readonly done: number;
  readonly complete: boolean;
}

export function searchRemaining(
  store: RunStore,
  { iterations, heldOutJudge }: Pick<SearchConfiguration, "iterations" | "heldOutJudge">,
): SearchRemaining {
  // Discarded children of a search's run are all of its one archive.
  const done = store.countEntries(archiveName) + store.countEvents(discardedEvent);
  const judged = heldOutJudge === undefined || store.hasState(heldOutKey);
  return { done, complete: done >= iterations && judged };
}
