/** How far the search of a round has come, by what the run's store holds. */
import type { RunStore } from "../runs/run-store.ts";
import type { Configuration } from "./configuration.ts";
import { searchName } from "./improve.ts";
import type { PhaseCost } from "./loop-context.ts";

export interface SearchState {
  readonly name: string;
  readonly evaluations: number;
  /** The evaluations that it was to make. */
  readonly budget: number;
  /** Whether it came to its end: by its budget, or because no mutation was possible any more. */
  readonly complete: boolean;
}

/** The search of a round, from 1. */
export function searchState(
  store: Pick<RunStore, "entries" | "events">,
  { search }: Configuration,
  round: number,
): SearchState {
  const name = searchName(round);
  const evaluations = store.entries(name).length;
  const ended = store.events("phase").some(({ payload }) => {
    const cost = payload as unknown as PhaseCost;
    return cost.phase === "search" && cost.round === round && cost.completed === true;
  });
  return { name, evaluations, budget: search.evaluations, complete: ended || evaluations >= search.evaluations };
}
