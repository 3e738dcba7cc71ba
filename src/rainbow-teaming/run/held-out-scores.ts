/** What a judge that took no part in the search says of its archive. */
import type { RunStore } from "../../runs/run-store.ts";

/** The state of the run in which they stand. */
export const heldOutKey = "held-out scores";

/** Scores in [0, 1] by the prompts' ids; null where the answer could not be read. */
export interface HeldOutScores {
  readonly judge: string;
  readonly scores: Readonly<Record<string, number | null>>;
}

/** The scores of a run; undefined where none asked for them, or it is not so far. */
export function heldOutScores(store: Pick<RunStore, "state">): HeldOutScores | undefined {
  return store.state(heldOutKey) as unknown as HeldOutScores | undefined;
}
