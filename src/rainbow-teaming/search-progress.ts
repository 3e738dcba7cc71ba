/** The iterations of a search in the run store: written in their order, read back the same. */
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import { type DiscardedIteration, loadPrompt, storePrompt } from "./evaluated-prompt.ts";
import type { Iteration } from "./rainbow-search.ts";

/** Kind of the events of iterations that gave nothing to keep. */
export const discardedEvent = "discarded prompt";

/** Commits iterations, all of them or none: on disk once it resolves. Throws StorageError. */
export async function commitIterations(store: RunStore, name: string, iterations: readonly Iteration[]): Promise<void> {
  const write = () => {
    store.addEntries(
      iterations.flatMap((iteration) => ("kept" in iteration ? [storePrompt(name, iteration.kept)] : [])),
    );
    for (const iteration of iterations) {
      if ("lost" in iteration)
        store.appendEvent(discardedEvent, { archive: name, ...iteration.lost } as unknown as Json);
    }
  };
  if (store.transactionBeside === undefined) store.transaction(write);
  else await store.transactionBeside(write)();
}

/**
 * All iterations of a search in their order. Throws CorruptFileError where one is missing.
 *
 * @param steps whether prompts get their steps; without, they have none, which a hundred thousand of them are read faster
 */
export function loadProgress(
  store: Pick<RunStore, "mapEntries" | "events">,
  name: string,
  { steps = true }: { readonly steps?: boolean } = {},
): Iteration[] {
  const kept = store.mapEntries(name, (entry) => ({ kept: loadPrompt(entry, { steps }) }));
  const lost = store.events(discardedEvent).flatMap(({ payload }) => {
    const { archive, ...iteration } = payload as unknown as DiscardedIteration & { readonly archive: string };
    return archive === name ? [{ lost: iteration }] : [];
  });
  const iterations: Iteration[] = [...kept, ...lost];
  iterations.sort((a, b) => numberOf(a) - numberOf(b));
  for (const [index, iteration] of iterations.entries()) {
    if (numberOf(iteration) === index + 1) continue;
    throw new CorruptFileError({
      expected: `iteration ${index + 1} of the search ${JSON.stringify(name)}`,
      received: `iteration ${numberOf(iteration)}`,
      remedy: "start a new run",
    });
  }
  return iterations;
}

function numberOf(iteration: Iteration): number {
  return "kept" in iteration ? iteration.kept.iteration : iteration.lost.iteration;
}
