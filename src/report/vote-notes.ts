/** What became of a search's comparisons, as remarks of the report: votes that could not be read, and what drawn ones took. */
import { addVotes, noVotes } from "../judges/votes.ts";
import { addStatus } from "../quality-diversity/archives/archive.ts";
import type { EvaluatedPrompt } from "../rainbow-teaming/evaluated-prompt.ts";
import { hundredthsText } from "./number-text.ts";

/** Comparisons of a search by what its judge said. */
export interface ComparisonCounts {
  readonly comparisons: number;
  /** Of all comparisons. */
  readonly votes: number;
  readonly unreadVotes: number;
  /** Comparisons without a vote that could be read: the prompt that stood there stayed. */
  readonly unread: number;
  /** Comparisons of several votes, and those of them that took fewer calls than votes. */
  readonly severalVotes: number;
  readonly fewerCalls: number;
}

/** Counts the comparisons of all prompts that were put to the target. */
export function comparisonCounts(
  prompts: Iterable<Pick<EvaluatedPrompt, "votes" | "calls" | "status">>,
): ComparisonCounts {
  let votes = noVotes;
  const counts = { comparisons: 0, unread: 0, severalVotes: 0, fewerCalls: 0 };
  for (const prompt of prompts) {
    if (prompt.votes === undefined) continue;
    counts.comparisons++;
    votes = addVotes(votes, prompt.votes);
    const read = prompt.votes.first + prompt.votes.second + prompt.votes.tie;
    if (read === 0) counts.unread++;
    const all = read + prompt.votes.unparsable;
    // Who entered was scored too, by one call.
    const calls = prompt.calls.judge - (prompt.status === addStatus.rejected ? 0 : 1);
    if (all > 1) counts.severalVotes++;
    if (all > 1 && calls < all) counts.fewerCalls++;
  }
  const { first, second, tie, unparsable } = votes;
  return { ...counts, votes: first + second + tie + unparsable, unreadVotes: unparsable };
}

/** @param votes how the search asked for votes */
export function voteNotes(counts: ComparisonCounts, votes: "asked" | "drawn"): string[] {
  const { comparisons, unread, unreadVotes, severalVotes, fewerCalls } = counts;
  const share = hundredthsText(unreadVotes / Math.max(1, counts.votes), 1);
  return [
    ...(unreadVotes === 0
      ? []
      : [
          `${unreadVotes} of the judge's ${counts.votes} votes on pairs could not be read (${share} %); ${unread} of ${comparisons} comparisons had none that could, and left the prompt that stood there.`,
        ]),
    ...(votes === "asked" || fewerCalls === severalVotes
      ? []
      : [
          `Votes could be drawn in ${fewerCalls} of ${severalVotes} comparisons: in the others the judge told no probabilities, or its letters too few, and each vote took a call.`,
        ]),
  ];
}
