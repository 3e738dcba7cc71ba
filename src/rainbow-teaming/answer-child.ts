/** Steps 3 to 5 of a search: a child that is proposed, that nothing repeats, and that the target answers. */
import { addCalls, type CallCounts, type DiscardReason, type ProposedPrompt } from "./evaluated-prompt.ts";
import type { Plan } from "./plan-batch.ts";
import { seedOf } from "./propose-child.ts";
import type { Iteration, RainbowSearchOptions } from "./rainbow-search.ts";
import type { SearchArms } from "./search-arms.ts";
import { targetPrompt } from "./target-prompt.ts";

/** A child with its response, or why there is none. */
export type Answered =
  | { readonly child: ProposedPrompt & { readonly response: string }; readonly plan: Plan; readonly calls: CallCounts }
  | { readonly discarded: DiscardReason; readonly similarity: number; readonly calls: CallCounts };

/** What the answer to a child is asked with. */
export type AnswerSettings = Pick<
  RainbowSearchOptions,
  "domain" | "propose" | "target" | "place" | "random" | "signal"
>;

/**
 * The child of an iteration with the target's response, or why there is none. Throws as the models do.
 * @param isRepeated whether the archive has a text already, or nearly
 * @param check throws where the search is about to end
 */
export async function answerChild(
  { domain, propose, target, place, random, signal }: AnswerSettings,
  arms: Required<SearchArms>,
  iteration: number,
  plan: Plan,
  isRepeated: (text: string) => Promise<boolean>,
  check: () => void,
): Promise<Answered> {
  const stream = random.split("iteration", iteration);
  const proposal = await propose({
    parent: arms.parents === "none" ? undefined : plan.parent,
    bins: plan.bins,
    labels: plan.labels,
    remembered: plan.remembered.flatMap((success) =>
      success.steps.map(({ descriptor, label, text }, step) => ({
        descriptor,
        label,
        from: success.steps[step - 1]?.text ?? success.parentText ?? text,
        to: text,
      })),
    ),
    random: stream.split("mutation"),
    signal,
    check,
  });
  if ("discarded" in proposal) return proposal;
  const { text, similarity } = proposal.child;
  if (await isRepeated(text)) return { discarded: "near-duplicate", similarity, calls: proposal.calls };
  check();
  const [samples] = await target.generate({
    prompts: [targetPrompt(domain, text)],
    maximumTokens: domain.target.maximumTokens,
    seed: seedOf(stream.split("target")),
    ...(signal && { signal }),
  });
  const calls = addCalls(proposal.calls, { target: 1 });
  const response = samples?.[0];
  if (response === undefined || response.finishReason === "error") {
    return { discarded: "no response", similarity, calls };
  }
  const child = { ...proposal.child, response: response.text };
  const point = await place?.(text, signal);
  return { child: point === undefined ? child : { ...child, point }, plan, calls };
}

/** An iteration without a child. */
export function lostIteration(
  iteration: number,
  { discarded: reason, similarity, calls }: Extract<Answered, { readonly discarded: DiscardReason }>,
): Iteration {
  return { lost: { iteration, reason, similarity, calls } };
}
