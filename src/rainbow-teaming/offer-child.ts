/** A child that is offered to an archive whose cells move: what it replaces is known only once it is in. */
import type { PromptArchive } from "./prompt-archive.ts";
import type { Iteration } from "./rainbow-search.ts";

/** An iteration once its prompt was offered to an archive whose cells move, and the ids of those that left for it. */
export function offerChild(
  archive: PromptArchive,
  iteration: Iteration,
): { readonly placed: Iteration; readonly removed: readonly string[] } {
  if ("lost" in iteration) return { placed: iteration, removed: [] };
  const before = archive.prompts();
  const { text, similarity, calls, iteration: number } = iteration.kept;
  if (before.some((elite) => elite.text === text)) {
    return { placed: { lost: { iteration: number, reason: "duplicate", similarity, calls } }, removed: [] };
  }
  const kept = archive.offer(iteration.kept);
  const after = new Set(archive.prompts().map(({ id }) => id));
  return { placed: { kept }, removed: before.flatMap(({ id }) => (after.has(id) ? [] : [id])) };
}
