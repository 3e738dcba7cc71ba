/** How many prompts a search put to its target and what became of them: the same words in report and card. */
import type { FoundPrompts } from "./found-prompts.ts";

/** "79 prompts were put to the target, of which 59 were judged (...). Discarded children: duplicate 20, similar 21." */
export function describePut({
  calls,
  prompts,
  discarded,
}: Pick<FoundPrompts, "calls" | "prompts" | "discarded">): string {
  const others =
    prompts.size === calls.target
      ? "all of which were judged"
      : `of which ${prompts.size} were judged (the others had no response, or had become duplicates)`;
  const reasons = Object.entries(discarded).map(([reason, count]) => `${reason} ${count}`);
  return [
    `${calls.target} prompts were put to the target, ${others}.`,
    ...(reasons.length === 0 ? [] : [`Discarded children: ${reasons.join(", ")}.`]),
  ].join(" ");
}
